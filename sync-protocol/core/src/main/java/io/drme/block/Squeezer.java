package io.drme.block;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import org.jspecify.annotations.Nullable;

/**
 * zstd where it pays. Holds native memory from the first use until {@link #close}. Confined to its
 * owner.
 */
final class Squeezer implements AutoCloseable {
    /** A block of zstd is at least 4 bytes and becomes at most 128 KiB (RFC 8878, 3.1.1.2). */
    private static final long MOST_EXPANSION = (128 << 10) / 4;

    private final int level;
    private @Nullable ZstdCompressCtx context;
    private byte[] buffer = {};
    private int length;

    /** Makes a squeezer of a zstd level; 3 is zstd's own choice, 1 its fastest. */
    Squeezer(int level) {
        this.level = level;
    }

    /**
     * Compresses a range.
     *
     * @return whether that made it shorter; then {@link #result} holds the zstd frame
     */
    boolean squeeze(byte[] bytes, int from, int count) {
        int bound = (int) Zstd.compressBound(count);
        if (buffer.length < bound) {
            buffer = new byte[bound];
        }
        var zstd = context;
        if (zstd == null) {
            zstd = new ZstdCompressCtx();
            zstd.setLevel(level);
            zstd.setChecksum(false);
            zstd.setContentSize(false);
            context = zstd;
        }
        length = zstd.compressByteArray(buffer, 0, bound, bytes, from, count);
        return length < count;
    }

    byte[] result() {
        return buffer;
    }

    int resultLength() {
        return length;
    }

    /**
     * Room for what a number of compressed bytes may become: a claim that zstd can't keep is
     * refused before memory is taken.
     */
    static byte[] room(int rawLength, int count) throws BadBlockException {
        if (rawLength > MOST_EXPANSION * count) {
            throw ByteSource.malformed(
                    "%d bytes of zstd can't become %d".formatted(count, rawLength));
        }
        return new byte[rawLength];
    }

    /** Gives back what {@link #squeeze} was given: exactly {@code rawLength} bytes. */
    static void expand(byte[] bytes, int from, int count, byte[] into, int rawLength)
            throws BadBlockException {
        try {
            long got = Zstd.decompressByteArray(into, 0, rawLength, bytes, from, count);
            if (got != rawLength) {
                throw ByteSource.malformed(
                        "zstd gives %d bytes where %d were announced".formatted(got, rawLength));
            }
        } catch (ZstdException e) {
            throw ByteSource.malformed("zstd: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        var zstd = context;
        if (zstd != null) {
            zstd.close();
            context = null;
        }
    }
}
