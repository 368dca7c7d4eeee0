package io.drme.cloud.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.block.BlockBuilder;
import io.drme.block.BlockHash;
import io.drme.block.BlockSeal;
import io.drme.cloud.config.CloudConfig;
import io.drme.cloud.store.Compaction;
import io.drme.cloud.store.FakeGateway;
import io.drme.cloud.store.FleetRows.FleetKey;
import io.drme.cloud.store.FleetRows.KeyRow;
import io.drme.cloud.store.StoreKind;
import io.drme.model.Batch;
import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import io.drme.sync.ChainHash;
import io.drme.sync.Item;
import io.drme.testing.ManualClock;
import io.drme.time.Hlc;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which chunks of which keys are marked by what arrives. */
class ArrivalTakerTest {
    private static final String YAML =
            """
            jobs: {every: 10s, wait: 20s, backfill: 0s}
            pipelines:
              each:
                by: gateway
                from: ["*/device-2/*"]
                steps: [{aggregate: {window: 10s, functions: [count]}}]
                to: ["{path}/{function}"]
            """;
    private static final EpochId EPOCH = new EpochId(9, 1);
    private static final GatewayId GATEWAY = new GatewayId("g-1");
    private static final FleetKey KEY = new FleetKey("each", "g-1");
    private static final long SECOND = 1_000_000_000L;
    private static final String ONE = "device-2/tag-2";
    private static final String OTHER = "device-2/tag-5";
    private static final TagTable TAGS =
            TagTable.EMPTY.with(
                    List.of(Tag.of(ONE, ValueType.FLOAT64), Tag.of(OTHER, ValueType.FLOAT64)));

    @TempDir private Path directory;

    private final ManualClock clock = new ManualClock();
    private FleetWorld world;

    private record Sample(String tag, long time) {}

    @BeforeEach
    void open() throws Exception {
        world = new FleetWorld(StoreKind.SQLITE, directory, YAML, clock);
    }

    @AfterEach
    void close() throws Exception {
        world.close();
    }

    private static Item block(long sequence, long stampNanos, Sample... samples) {
        try (var builder = new BlockBuilder()) {
            for (int i = 0; i < samples.length; i++) {
                var batch = new Batch();
                batch.begin(0, Hlc.of(stampNanos / 1_000_000 + i, 0));
                batch.addDouble(samples[i].tag.equals(ONE) ? 0 : 1, samples[i].time, 1.5, (byte) 0);
                builder.add(batch, TAGS);
            }
            var seal =
                    new BlockSeal(
                            GATEWAY,
                            EPOCH,
                            StreamKind.DATA,
                            sequence,
                            0,
                            BlockHash.NONE,
                            1,
                            1,
                            sequence);
            var bytes = builder.seal(seal);
            return new Item(
                    EPOCH,
                    StreamKind.DATA,
                    sequence,
                    samples.length,
                    chain(BlockHash.NONE),
                    chain(BlockHash.of(bytes)),
                    bytes);
        }
    }

    private static ChainHash chain(BlockHash hash) {
        var bytes = ByteBuffer.allocate(BlockHash.LENGTH_BYTES);
        hash.putInto(bytes);
        return ChainHash.of(bytes.array());
    }

    private List<Long> marked() throws Exception {
        return List.copyOf(world.rows.marks(KEY, Long.MAX_VALUE, 1_000_000).keySet());
    }

    private long chunkOf(long nanos) {
        return world.plan.chunkOf(nanos);
    }

    private long computedTo() throws Exception {
        return world.rows.key(KEY).map(KeyRow::computedTo).orElseThrow();
    }

    @Test
    void aGatewayThatComesAYearLaterBeginsWithItsFirstSample() throws Exception {
        var taker = world.taker();
        clock.advance(Duration.ofDays(365));
        long now = clock.epochNanos();
        world.store(GATEWAY, block(1, now, new Sample(ONE, now - SECOND)));
        var _ = taker.take();
        assertThat(computedTo()).isEqualTo(chunkOf(now - SECOND));
    }

    // The taker is made anew before it took the first block, or what it did before failed half way.
    @Test
    void aGatewayThatATakerFindsAYearLaterBeginsWithinReach() throws Exception {
        var _ = world.taker();
        clock.advance(Duration.ofDays(365));
        long now = clock.epochNanos();
        world.store(GATEWAY, block(1, now, new Sample(ONE, now - SECOND)));
        var _ = world.taker();
        assertThat(computedTo()).isEqualTo(chunkOf(now - world.plan.reach()));
    }

    @Test
    void blocksBeforeTheFirstThatCameAreComputedToo() throws Exception {
        var taker = world.taker();
        var gateway = new FakeGateway("g-1", EPOCH, 1, 3);
        var early = gateway.block(12);
        gateway.startAt(gateway.nowNanos() + Duration.ofMinutes(30).toNanos());
        world.store(gateway.id(), gateway.block(12));
        clock.advance(Duration.ofMinutes(40));
        world.rest(taker, world.worker(), clock);
        var before = world.results();
        world.store(gateway.id(), early);
        world.rest(taker, world.worker(), clock);
        assertThat(before).isNotEmpty();
        assertThat(world.results().values().iterator().next())
                .hasSizeGreaterThan(before.values().iterator().next().size());
    }

    @Test
    void oneTagWithAWrongClockDoesNotMarkAllTime() throws Exception {
        var taker = world.taker();
        clock.advance(Duration.ofDays(2));
        long now = clock.epochNanos();
        world.store(
                GATEWAY,
                block(
                        1,
                        now,
                        new Sample(OTHER, 1_000 * SECOND),
                        new Sample(ONE, now - 20 * SECOND),
                        new Sample(OTHER, now - 20 * SECOND)));
        var _ = taker.take();
        assertThat(marked()).containsExactly(chunkOf(now - 20 * SECOND));
        assertThat(world.counters.tooLate()).isEqualTo(1);
    }

    // The rows of a series' newest block stay where those of the others are gone.
    @Test
    void aDirectoryThatIsThereInPartIsNotBelieved() throws Exception {
        var _ = world.taker();
        long first = clock.epochNanos() + SECOND;
        long second = first + 60 * SECOND;
        world.store(
                GATEWAY,
                block(1, first, new Sample(OTHER, first), new Sample(ONE, first + 20 * SECOND)));
        world.store(GATEWAY, block(2, second, new Sample(ONE, second)));
        try (var compaction = Compaction.open(world.database, clock)) {
            for (int i = 0; i < 4; i++) {
                clock.advance(Duration.ofHours(7));
                while (compaction.step()) {
                    // there is more
                }
            }
        }
        var _ = world.taker().take();
        assertThat(marked())
                .contains(chunkOf(first), chunkOf(first + 20 * SECOND), chunkOf(second));
    }

    @Test
    void keysOfAnotherPartitionAreForgotten() throws Exception {
        var taker = world.taker();
        var gateway = new FakeGateway("g-1", EPOCH, 1, 3);
        world.store(gateway.id(), gateway.block(12));
        clock.advance(Duration.ofMinutes(5));
        world.rest(taker, world.worker(), clock);
        long stood = computedTo();
        var file =
                Files.writeString(
                        directory.resolve("other.yaml"), YAML.replace("by: gateway", "by: fleet"));
        var plan = FleetPlan.of(CloudConfig.read(file).fleet());
        new ArrivalTaker(plan, world.parts(clock)).begin();
        assertThat(world.rows.keys())
                .extracting(KeyRow::key)
                .containsExactly(new FleetKey("each", ""));
        assertThat(world.rows.keys().getFirst().computedTo()).isEqualTo(stood);
        assertThat(world.rows.stateBefore(KEY, Long.MAX_VALUE)).isEmpty();
    }

    @Test
    void aChunkWithTooManySamplesIsLeftOutAndTold() throws Exception {
        var taker = world.taker();
        var gateway = new FakeGateway("g-1", EPOCH, 1, 3);
        world.store(gateway.id(), gateway.block(30));
        clock.advance(Duration.ofMinutes(5));
        world.rest(taker, new KeyWorker(world.plan, world.parts(clock), 0), clock);
        assertThat(world.results()).isEmpty();
        assertThat(world.counters.chunksLeftOut()).isPositive();
        assertThat(world.rows.key(KEY).map(KeyRow::trouble).orElseThrow())
                .contains("has more samples than fit into memory");
    }
}
