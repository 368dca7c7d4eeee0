package io.drme.cloud.query;

import io.drme.block.BlockBuilder;
import io.drme.block.BlockHash;
import io.drme.block.BlockSeal;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.BlockStore.Span;
import io.drme.cloud.store.Compaction;
import io.drme.cloud.store.SqlReceiverStore;
import io.drme.cloud.store.StoreKind;
import io.drme.history.RollUp;
import io.drme.history.RollUpFunction;
import io.drme.model.Batch;
import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.Quality;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Random;

/**
 * A day of 100 tags at 1 Hz, before and after it is put together: {@code SegmentMeasure
 * SQLITE|POSTGRES [tags]}. No test; its figures are for the documents.
 */
final class SegmentMeasure {
    private static final long SECOND = 1_000_000_000L;
    private static final int MINUTES = 1_440;
    private static final int RUNS = 30;

    private SegmentMeasure() {}

    public static void main(String[] arguments) throws Exception {
        var kind = StoreKind.valueOf(arguments[0]);
        int tagCount = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 100;
        var directory = Files.createTempDirectory("measure");
        var clock = new ManualClock();
        long begin = Math.floorDiv(clock.epochNanos(), 86_400 * SECOND) * 86_400 * SECOND;
        try (var database = kind.open(directory);
                var receiver = SqlReceiverStore.open(database);
                var compaction = Compaction.open(database, clock)) {
            long from = System.nanoTime();
            long bytes = ingest(receiver, tagCount, begin);
            System.out.printf(
                    "ingest %.1f s, %d samples, %.3f bytes a sample as blocks%n",
                    (System.nanoTime() - from) / 1e9,
                    (long) tagCount * MINUTES * 60,
                    bytes / ((double) tagCount * MINUTES * 60));
            var store = new BlockStore(database);
            clock.advance(Duration.ofDays(1));
            ask(store, clock, begin);
            from = System.nanoTime();
            long longest = 0;
            for (int i = 0; i < 6; i++) {
                boolean more = true;
                while (more) {
                    long at = System.nanoTime();
                    more = compaction.step();
                    longest = Math.max(longest, System.nanoTime() - at);
                }
                clock.advance(Duration.ofHours(1));
            }
            var stats = compaction.stats();
            System.out.printf(
                    "put together %.1f s, longest step %.0f ms, %d segments, %d samples packed, %.3f bytes a sample%n",
                    (System.nanoTime() - from) / 1e9,
                    longest / 1e6,
                    stats.segments(),
                    stats.samples(),
                    stats.bytes() / (double) stats.samples());
            for (var table : new String[] {"segment_part", "roll_up"}) {
                try (var connection = kind.connect(directory);
                        var statement = connection.createStatement();
                        var rows =
                                statement.executeQuery(
                                        "select sum(length(payload)), count(*) from "
                                                + table
                                                + " where segment_id in (select id from segment where state = 1)")) {
                    rows.next();
                    System.out.printf(
                            "%s %.3f bytes a sample in %d rows%n",
                            table,
                            rows.getLong(1) / ((double) tagCount * MINUTES * 60),
                            rows.getLong(2));
                }
            }
            ask(store, clock, begin);
        }
    }

    private static long ingest(SqlReceiverStore receiver, int tagCount, long begin)
            throws Exception {
        var random = new Random(1);
        var list = new ArrayList<Tag>();
        for (int i = 0; i < tagCount; i++) {
            list.add(Tag.of("press-%d/tag-%d".formatted(i % 5, i), ValueType.FLOAT64));
        }
        var tags = TagTable.EMPTY.with(list);
        var values = new double[tagCount];
        var id = new GatewayId("press-line-1");
        var epoch = new EpochId(1, 1);
        long bytes = 0;
        receiver.inTransaction(t -> t.epochNumber(id, epoch, 0));
        var batch = new Batch(tagCount);
        try (var builder = new BlockBuilder()) {
            for (int minute = 0; minute < MINUTES; minute++) {
                for (int second = 0; second < 60; second++) {
                    long at =
                            begin
                                    + (minute * 60L + second) * SECOND
                                    + Math.max(0, (long) (random.nextGaussian() * 2e6) + 10_000_000)
                                            / 1000
                                            * 1000;
                    batch.begin(1, Hlc.of(at / 1_000_000, 0));
                    for (int i = 0; i < tagCount; i++) {
                        values[i] += random.nextGaussian() * 0.3;
                        batch.addDouble(i, at, Math.rint((60 + values[i]) * 10) / 10, Quality.GOOD);
                    }
                    builder.add(batch, tags);
                }
                int samples = builder.samples();
                var payload =
                        builder.seal(
                                new BlockSeal(
                                        id,
                                        epoch,
                                        StreamKind.DATA,
                                        minute + 1,
                                        0,
                                        BlockHash.NONE,
                                        1,
                                        1,
                                        1));
                bytes += payload.length;
                var item = item(epoch, minute + 1, samples, payload);
                receiver.inTransaction(t -> {
                    t.insert(id, item, Optional.empty(), 0);
                    return true;
                });
            }
        }
        return bytes;
    }

    private static Item item(EpochId epoch, long sequence, int samples, byte[] payload) {
        var hash = ByteBuffer.allocate(BlockHash.LENGTH_BYTES);
        BlockHash.of(payload).putInto(hash);
        return new Item(
                epoch,
                StreamKind.DATA,
                sequence,
                samples,
                ChainHash.NONE,
                ChainHash.of(hash.array()),
                payload);
    }

    private static void ask(BlockStore store, ManualClock clock, long begin) throws Exception {
        var gateway = store.gateways().getFirst();
        var functions =
                EnumSet.of(
                        RollUpFunction.MIN,
                        RollUpFunction.MAX,
                        RollUpFunction.AVG,
                        RollUpFunction.COUNT);
        var span = new RollUp.Span(begin, begin + 86_400 * SECOND, 60 * SECOND);
        var names = store.seriesNames(gateway.id());
        var history = new RawHistory(store);
        var steps = new long[RUNS];
        var samples = new long[RUNS];
        int rows = 0;
        int count = 0;
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < RUNS; i++) {
                var tag = names.get(i * 7 % names.size());
                long from = System.nanoTime();
                rows = new TagSteps(store, clock).rollUp(gateway, tag, span, functions).size();
                steps[i] = System.nanoTime() - from;
            }
        }
        for (int i = 0; i < RUNS; i++) {
            var tag = names.get(i * 7 % names.size());
            long from = System.nanoTime();
            count =
                    history.read(
                                    gateway.id(),
                                    tag,
                                    new Span(begin, begin + 86_400 * SECOND),
                                    RawHistory.Place.START,
                                    100_000)
                            .samples()
                            .size();
            samples[i] = System.nanoTime() - from;
        }
        Arrays.sort(steps);
        Arrays.sort(samples);
        System.out.printf(
                "24 h of one tag: %d rows p50 %.2f ms (max %.2f); %d samples p50 %.1f ms%n",
                rows, steps[RUNS / 2] / 1e6, steps[RUNS - 1] / 1e6, count, samples[RUNS / 2] / 1e6);
        System.out.println("load " + Files.readString(Path.of("/proc/loadavg")).strip());
    }
}
