package io.drme.testing.independent;

import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** The frames of one file of a data directory. */
final class Frames {
    private static final int HEAD = 16;

    private final byte[] file;
    private final long base;
    private int at;

    /** From an offset on, in a file whose first byte has the position {@code base}. */
    Frames(byte[] file, long base, int from) {
        this.file = file;
        this.base = base;
        this.at = from;
    }

    /** Where the next frame begins. */
    int offset() {
        return at;
    }

    long position() {
        return base + at;
    }

    /** The next frame's payload; none where no intact one stands there. */
    @Nullable Cursor next() {
        if (file.length - at < HEAD) {
            return null;
        }
        var in = new Cursor(file).part(file.length);
        in.part(at);
        int checksum = in.u32();
        int length = in.u32();
        long position = in.u64();
        if (length < 1 || length > in.left() || position != base + at) {
            return null;
        }
        var crc = new CRC32C();
        crc.update(file, at + 4, HEAD - 4 + length);
        if ((int) crc.getValue() != checksum) {
            return null;
        }
        at = (at + HEAD + length + 7) & -8;
        return in.part(length);
    }

    /** The position that the frame at an offset claims. */
    static long positionAt(byte[] file, int offset) {
        var in = new Cursor(file);
        in.part(offset + 8L);
        return in.u64();
    }
}
