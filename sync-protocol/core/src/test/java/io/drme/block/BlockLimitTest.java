package io.drme.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.drme.model.Batch;
import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.Quality;
import io.drme.model.StreamKind;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import io.drme.time.Hlc;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** What claims too much is refused before memory is taken for it. */
class BlockLimitTest {

    /** Adds a checksum, behind enough bytes to be taken for a block at all. */
    private static byte[] sealed(ByteSink out) {
        if (out.length() < 60) {
            out.putBytes(new byte[60], 0, 60 - out.length());
        }
        var crc = new CRC32C();
        crc.update(out.array(), 0, out.length());
        out.putInt((int) crc.getValue());
        return out.toBytes();
    }

    private static ByteSink head(long count, long ticks) {
        var out = new ByteSink();
        out.putInt(BlockFormat.MAGIC);
        out.putByte(BlockFormat.VERSION);
        out.putByte(2);
        out.putBytes(new byte[32], 0, 32);
        out.putByte(1);
        out.putByte('g');
        for (long number : new long[] {1, 0, 1, 1, 0, 0, 0, 0, count, ticks}) {
            out.putVarint(number);
        }
        return out;
    }

    private static BadBlockException refusal(byte[] block) {
        try {
            BlockReader.open(block);
            throw new AssertionError("was not refused");
        } catch (BadBlockException e) {
            return e;
        }
    }

    @Test
    void aBillionSamplesOrTicksAreRefused() {
        assertThat(refusal(sealed(head(1_000_000_000, 1))).why())
                .isEqualTo(BadBlockException.Why.LIMIT);
        assertThat(refusal(sealed(head(1, -1))).why()).isEqualTo(BadBlockException.Why.LIMIT);
    }

    /** One million groups are within the limit of ticks, but the directory can't hold them. */
    @Test
    void groupsThatTheDirectoryCantHoldAreRefused() {
        var out = head(10, BlockLimits.MAX_TICKS);
        for (int number : new int[] {BlockLimits.MAX_TICKS, 10, 20 << 1}) {
            out.putVarint(number);
        }
        out.putBytes(new byte[20], 0, 20);
        assertThat(refusal(sealed(out)).getMessage()).contains("can't hold");
    }

    @Test
    void aDirectoryThatExpandsBeyondItsLimitIsRefused() {
        var bomb = Zstd.compress(new byte[1 << 20]);
        var out = head(10, 10);
        for (int number :
                new int[] {1, 1, (BlockLimits.MAX_DIRECTORY_BYTES + 1) << 1 | 1, bomb.length}) {
            out.putVarint(number);
        }
        out.putBytes(bomb, 0, bomb.length);
        assertThat(refusal(sealed(out)).why()).isEqualTo(BadBlockException.Why.LIMIT);
    }

    @Test
    void aDirectoryThatExpandsToMoreThanItSaysIsRefused() {
        var bomb = Zstd.compress(new byte[1 << 20]);
        var out = head(10, 10);
        for (int number : new int[] {1, 1, 1_000 << 1 | 1, bomb.length}) {
            out.putVarint(number);
        }
        out.putBytes(bomb, 0, bomb.length);
        assertThat(refusal(sealed(out)).getMessage()).contains("zstd");
    }

    @Test
    void aNewerVersionIsUnsupportedRatherThanDamaged() {
        var out = head(0, 0);
        out.array()[4] = 2;
        assertThat(refusal(sealed(out)).why()).isEqualTo(BadBlockException.Why.UNSUPPORTED);
    }

    @Test
    void aFlippedBitOfTheVersionIsDamageRatherThanUnsupported() {
        for (int bit = 0; bit < Byte.SIZE; bit++) {
            var block = sealed(head(0, 0)).clone();
            block[4] ^= (byte) (1 << bit);
            assertThat(refusal(block).why()).isEqualTo(BadBlockException.Why.CHECKSUM);
        }
    }

    @Test
    void aFrameThatClaimsToExpandBeyondItsLimitIsRefused() {
        var out = new ByteSink();
        out.putByte(FrameState.FORMAT << 2 | FrameState.ZSTD_FLAG | 1);
        out.putVarint(1L << 40);
        assertThatThrownBy(() -> new TickFrameReader().open(ByteBuffer.wrap(out.toBytes())))
                .isInstanceOf(BadBlockException.class)
                .hasMessageContaining("limit");
    }

    @Test
    void changesBeforeAKeyFrameAreRefused() {
        try (var writer = new TickFrameWriter()) {
            writer.finish(true);
            var changes = writer.finish(false);
            assertThatThrownBy(() -> new TickFrameReader().open(changes))
                    .isInstanceOf(BadBlockException.class)
                    .hasMessageContaining("key frame");
        }
    }

    /** A writer that was told to forget must not send changes against what was lost. */
    @Test
    void afterALostFrameTheNextIsAKeyFrame() {
        try (var writer = new TickFrameWriter()) {
            writer.finish(true);
            writer.forget();
            assertThat(TickFrameReader.isKey(writer.finish(false))).isTrue();
            assertThat(TickFrameReader.isKey(writer.finish(false))).isFalse();
        }
    }

    @Test
    void aFullBuilderSaysSoAndStaysWithinTheLimitOfABlock() throws Exception {
        var table = TagTable.EMPTY.with(List.of(Tag.of("a/b", ValueType.FLOAT64)));
        var batch = new Batch();
        long bits = 0x123456789ABCDEFL;
        try (var builder = new BlockBuilder()) {
            do {
                batch.begin(0, Hlc.of(1_790_000_000_000L + builder.ticks(), 0));
                for (int i = 0; i < 1_000; i++) {
                    bits = bits * 6364136223846793005L + 1442695040888963407L;
                    batch.add(0, bits, bits ^ bits >>> 17, Quality.GOOD);
                }
                if (builder.hasRoomFor(batch)) {
                    builder.add(batch, table);
                }
            } while (builder.hasRoomFor(batch));
            assertThatThrownBy(() -> builder.add(batch, table))
                    .isInstanceOf(IllegalStateException.class);
            int samples = builder.samples();
            var block =
                    builder.seal(
                            new BlockSeal(
                                    new GatewayId("g"),
                                    new EpochId(0, 0),
                                    StreamKind.LOCAL,
                                    1,
                                    0,
                                    BlockHash.NONE,
                                    0,
                                    0,
                                    0));
            assertThat(block.length).isLessThan(BlockLimits.MAX_BLOCK_BYTES);
            assertThat(BlockReader.open(block).header().count()).isEqualTo(samples);
            assertThat(builder.isEmpty()).isTrue();
        }
    }

    /**
     * A full scan of text tags that hold the longest text: it becomes a bad reading beyond that.
     */
    @Test
    void aTextBeyondTheLimitIsABadReadingNotAnError() {
        var batch = new Batch();
        batch.addText(0, 0, "x".repeat(ValueType.MAX_TEXT_LENGTH + 1), Quality.GOOD);
        assertThat(Quality.isBad(batch.qualities()[0])).isTrue();
    }

    @Test
    void aHashIsTheBeginOfTheSha256() {
        // FIPS 180-2, appendix B.1: SHA-256 of "abc".
        var hash = BlockHash.of("abc".getBytes(StandardCharsets.US_ASCII));
        assertThat(hash.toString()).isEqualTo("ba7816bf8f01cfea414140de5dae2223");
        assertThat(BlockHash.parse(hash.toString())).isEqualTo(hash);
        var bytes = ByteBuffer.allocate(16);
        hash.putInto(bytes);
        assertThat(BlockHash.readFrom(bytes.flip())).isEqualTo(hash);
    }
}
