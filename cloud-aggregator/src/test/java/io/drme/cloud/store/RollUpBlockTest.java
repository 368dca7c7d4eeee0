package io.drme.cloud.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.block.BlockBuilder;
import io.drme.block.BlockHash;
import io.drme.block.BlockSeal;
import io.drme.history.Bucket;
import io.drme.history.BucketMaker;
import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.StreamKind;
import io.drme.model.ValueType;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Roll-ups as they lie in the database. */
class RollUpBlockTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long MINUTE = 60 * SECOND;
    private static final long BEGIN = 1_767_225_600L * SECOND;

    private static byte[] encode(ValueType type, List<Bucket> buckets) {
        var seal =
                new BlockSeal(
                        new GatewayId("press-line-1"),
                        new EpochId(1, 2),
                        StreamKind.DATA,
                        7,
                        0,
                        BlockHash.NONE,
                        0,
                        0,
                        0);
        try (var builder = new BlockBuilder()) {
            return RollUpBlock.encode(builder, seal, type, buckets);
        }
    }

    // The release after this one has to read what is here: a change of these bytes is a change of
    // the format.
    @Test
    void theBytesAreThoseOfTheFormat() throws Exception {
        var maker = new BucketMaker(ValueType.FLOAT64, MINUTE);
        maker.add(BEGIN + SECOND, Double.doubleToRawLongBits(20.5), Quality.GOOD);
        maker.add(BEGIN + 11 * SECOND, Double.doubleToRawLongBits(21), Quality.GOOD);
        maker.add(BEGIN + 61 * SECOND, 0, Quality.bad(Reason.TIMEOUT));
        try (var in = RollUpBlockTest.class.getResourceAsStream("/golden/roll-up.hex")) {
            var golden = new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip();
            assertThat(HexFormat.of().formatHex(encode(ValueType.FLOAT64, maker.buckets())))
                    .isEqualTo(golden);
            assertThat(RollUpBlock.decode(HexFormat.of().parseHex(golden)))
                    .isEqualTo(maker.buckets())
                    .hasSize(2)
                    .first()
                    .matches(b -> b.sum() == 41.5 && b.integral() == 205);
        }
    }

    @Test
    void whatIsReadIsWhatWasWritten() throws Exception {
        for (var type : List.of(ValueType.BOOLEAN, ValueType.INT64, ValueType.FLOAT64)) {
            var random = new Random(type.code());
            var maker = new BucketMaker(type, MINUTE);
            long at = BEGIN;
            for (int i = 0; i < 5_000; i++) {
                at += random.nextLong(30 * SECOND) - (random.nextInt(9) == 0 ? MINUTE : 0);
                long bits = type == ValueType.BOOLEAN ? random.nextInt(2) : random.nextLong();
                boolean isBad = random.nextInt(5) == 0;
                maker.add(at, isBad ? 0 : bits, isBad ? Quality.bad(Reason.TIMEOUT) : Quality.GOOD);
            }
            var buckets = maker.buckets();
            assertThat(RollUpBlock.decode(encode(type, buckets)))
                    .usingRecursiveFieldByFieldElementComparator()
                    .isEqualTo(buckets);
        }
    }
}
