package io.drme.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.testing.Seeds;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** One flipped bit is put right, wherever it is; anything else is left to be damage. */
class FrameRepairTest {
    private static final long POSITION = 0xC00_0060;

    @Test
    void eachBitOfAFrameMayFlip() throws Exception {
        var frame = commit(POSITION, 40);
        int bits = frame.limit() * 8;
        int length = frame.getInt(4);
        for (int bit = 0; bit < (Frame.HEADER_BYTES + length) * 8; bit++) {
            var hurt = copy(frame);
            flip(hurt, bit);
            assertThat(repair(hurt)).as("bit %d of %d", bit, bits).isEqualTo(length);
            // The frame's own checksum need not be put right: the payload is what it spoke of.
            assertThat(hurt.slice(4, length + 12))
                    .as("bit %d", bit)
                    .isEqualTo(frame.slice(4, length + 12));
        }
    }

    // Two flipped bits are not one, but their checksum may look as if they were.
    @Test
    void twoBitsAreNeverTakenForOne() {
        Seeds.of(5_000, 500_000)
                .forEach(seed -> {
                    var random = new Random(seed);
                    var frame = commit(POSITION, 1 + random.nextInt(60));
                    int bits = (Frame.HEADER_BYTES + frame.getInt(4)) * 8;
                    int one = random.nextInt(bits);
                    int other = (one + 1 + random.nextInt(bits - 1)) % bits;
                    flip(frame, one);
                    flip(frame, other);
                    assertThat(repairUnchecked(frame))
                            .as("seed %d: bits %d, %d", seed, one, other)
                            .isNegative();
                });
    }

    // The worst case: bytes of whatever origin whose checksum says that one certain bit is wrong.
    @Test
    void whatHasNoProofOfItsOwnIsLeftAlone() throws Exception {
        for (int bit = Frame.HEADER_BYTES * 8; bit < (Frame.HEADER_BYTES + 60) * 8; bit++) {
            var frame = commit(POSITION, 40);
            for (int i = 0; i < 8; i++) {
                frame.put(Frame.HEADER_BYTES + 40 + i, (byte) 0x5a); // much is wrong
            }
            flip(frame, bit);
            frame.putInt(0, Frame.checksum(frame, 0, frame.getInt(4)));
            flip(frame, bit); // and the checksum names this bit
            var before = copy(frame);
            assertThat(repair(frame)).as("bit %d", bit).isEqualTo(-1);
            assertThat(frame).isEqualTo(before);
        }
    }

    // The ring's segments are a power of two long: positions of two laps may differ by one bit.
    @Test
    void aFrameOfAnEarlierLapIsNotTakenForThisOne() throws Exception {
        assertThat(repair(commit(POSITION ^ 0x800_0000, 40))).isEqualTo(-1);
    }

    private static int repair(ByteBuffer frame) throws DiskException {
        return FrameRepair.repair(
                bytes -> bytes <= frame.limit() ? frame : null, POSITION, JournalFrame::isProven);
    }

    private static int repairUnchecked(ByteBuffer frame) {
        try {
            return repair(frame);
        } catch (DiskException e) {
            throw new AssertionError(e);
        }
    }

    private static ByteBuffer commit(long position, int bytes) {
        var out = Frame.buffer(256 + bytes);
        out.position(Frame.HEADER_BYTES);
        var event = new byte[bytes];
        new Random(3).nextBytes(event);
        new JournalFrame(new StoreState(), false, List.of(event), null, null, null)
                .putInto(out, 0x40);
        Frame.seal(out, 0, position);
        return out.flip();
    }

    private static ByteBuffer copy(ByteBuffer frame) {
        return Frame.buffer(frame.limit()).put(0, frame, 0, frame.limit());
    }

    private static void flip(ByteBuffer frame, int bit) {
        frame.put(bit / 8, (byte) (frame.get(bit / 8) ^ 1 << bit % 8));
    }
}
