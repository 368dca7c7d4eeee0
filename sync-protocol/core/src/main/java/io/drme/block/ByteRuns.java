package io.drme.block;

import io.drme.model.Quality;
import java.util.Arrays;

/** Runs of equal qualities, and runs of booleans. Stateless. */
final class ByteRuns {
    private ByteRuns() {}

    static boolean allGood(byte[] qualities, int count) {
        for (int i = 0; i < count; i++) {
            if (qualities[i] != Quality.GOOD) {
                return false;
            }
        }
        return true;
    }

    /** Appends each run's quality and length. */
    static void encode(byte[] qualities, int count, ByteSink out) {
        for (int i = 0; i < count; ) {
            int from = i;
            while (i < count && qualities[i] == qualities[from]) {
                i++;
            }
            out.putByte(qualities[from]);
            out.putVarint(i - from);
        }
    }

    /** Reads as many qualities as {@link #encode} was given. */
    static void decode(ByteSource in, byte[] qualities, int count) throws BadBlockException {
        for (int i = 0; i < count; ) {
            byte quality = (byte) in.takeByte();
            if (!Quality.isValid(quality)) {
                throw new BadBlockException(
                        BadBlockException.Why.UNSUPPORTED,
                        "no quality has the code " + (quality & 0xFF));
            }
            int length = takeRun(in, count - i, true);
            Arrays.fill(qualities, i, i + length, quality);
            i += length;
        }
    }

    /** Appends the length of each run of equal booleans; the first run is of false, maybe empty. */
    static void encodeBooleans(long[] bits, int count, ByteSink out) {
        long value = 0;
        for (int i = 0; i < count; ) {
            int from = i;
            while (i < count && bits[i] == value) {
                i++;
            }
            out.putVarint(i - from);
            value ^= 1;
        }
    }

    /** Reads as many booleans as {@link #encodeBooleans} was given. */
    static void decodeBooleans(ByteSource in, long[] bits, int count) throws BadBlockException {
        long value = 0;
        boolean first = true;
        for (int i = 0; i < count; ) {
            int length = takeRun(in, count - i, !first);
            Arrays.fill(bits, i, i + length, value);
            i += length;
            value ^= 1;
            first = false;
        }
    }

    private static int takeRun(ByteSource in, int left, boolean notEmpty) throws BadBlockException {
        long length = in.takeVarint();
        if (length < (notEmpty ? 1 : 0) || length > left) {
            throw ByteSource.malformed(
                    "a run has length %d where %d are left".formatted(length, left));
        }
        return (int) length;
    }

    /** How long {@link #encodeBooleans} gets, in bytes. */
    static int booleanRunsLength(long[] bits, int count) {
        int length = 0;
        long value = 0;
        for (int i = 0; i < count; ) {
            int from = i;
            while (i < count && bits[i] == value) {
                i++;
            }
            length += ByteSink.varintLength(i - from);
            value ^= 1;
        }
        return length;
    }
}
