package io.drme.stream;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The frame around saved state: what it is, and a checksum, so that bytes that are damaged or of
 * another release are told from state.
 */
public final class Snapshot {

    /** Writes a body. */
    @FunctionalInterface
    public interface Writer {
        /** Writes everything. */
        void write(DataOutputStream out) throws IOException;
    }

    private Snapshot() {}

    /** Frames what {@code writer} writes. */
    public static byte[] seal(int magic, Writer writer) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeInt(magic);
            writer.write(out);
            out.writeInt(checksum(bytes.toByteArray(), bytes.size()));
        } catch (IOException e) {
            throw new UncheckedIOException("an array can't fail", e);
        }
        return bytes.toByteArray();
    }

    /** The body, or nothing where the bytes are no whole snapshot of this kind. */
    public static Optional<DataInputStream> open(int magic, byte[] snapshot) {
        int length = snapshot.length - Integer.BYTES;
        if (length < Integer.BYTES) {
            return Optional.empty();
        }
        var body = new DataInputStream(new ByteArrayInputStream(snapshot, 0, length));
        var end = new DataInputStream(new ByteArrayInputStream(snapshot, length, Integer.BYTES));
        try {
            return end.readInt() == checksum(snapshot, length) && body.readInt() == magic
                    ? Optional.of(body)
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("an array can't fail", e);
        }
    }

    private static int checksum(byte[] bytes, int length) {
        var crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
