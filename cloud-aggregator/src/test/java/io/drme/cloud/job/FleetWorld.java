package io.drme.cloud.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.cloud.config.CloudConfig;
import io.drme.cloud.query.RawHistory;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.BlockStore.Span;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.FleetRows;
import io.drme.cloud.store.FleetRows.FleetKey;
import io.drme.cloud.store.FleetStore;
import io.drme.cloud.store.SqlReceiverStore;
import io.drme.cloud.store.StoreKind;
import io.drme.model.GatewayId;
import io.drme.sync.Item;
import io.drme.sync.StreamId;
import io.drme.testing.ManualClock;
import io.drme.time.Clock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** A centre with fleet pipelines and nothing else: what is stored, and what comes of it. */
public final class FleetWorld implements AutoCloseable {
    public final Database database;
    public final SqlReceiverStore receiver;
    public final BlockStore store;
    public final FleetRows rows;
    public final FleetStore fleet;
    public final FleetPlan plan;
    public final FleetCounters counters = new FleetCounters();
    public final Clock clock;

    public FleetWorld(StoreKind kind, Path directory, String yaml, Clock clock) throws Exception {
        this.clock = clock;
        Files.createDirectories(directory);
        database = kind.open(directory);
        receiver = SqlReceiverStore.open(database);
        store = new BlockStore(database);
        rows = new FleetRows(database);
        fleet = FleetStore.open(database);
        var file = Files.writeString(directory.resolve("cloud.yaml"), yaml);
        plan = FleetPlan.of(CloudConfig.read(file).fleet());
    }

    FleetParts parts(Clock seen) {
        return new FleetParts(store, rows, fleet, seen, counters, (_, _, _) -> {});
    }

    public ArrivalTaker taker() throws Exception {
        var taker = new ArrivalTaker(plan, parts(clock));
        taker.begin();
        return taker;
    }

    public KeyWorker worker() {
        return worker(clock);
    }

    public KeyWorker worker(Clock seen) {
        return new KeyWorker(plan, parts(seen));
    }

    /** Stores an item unless it is there, as the receiver does. */
    public void store(GatewayId gateway, Item item) throws Exception {
        receiver.inTransaction(t -> {
            var stream = new StreamId(gateway, item.epoch(), item.stream());
            t.epochNumber(gateway, item.epoch(), clock.epochNanos());
            if (t.find(stream, item.sequence()).isEmpty()) {
                t.insert(gateway, item, Optional.empty(), clock.epochNanos());
                t.saveRanges(stream, t.ranges(stream).with(item.sequence()));
            }
            return true;
        });
    }

    /**
     * Takes and computes until nothing is left to do; takes less than ten seconds of the clock, as
     * late blocks wait for others.
     */
    public void rest(ArrivalTaker taker, KeyWorker worker, ManualClock held) throws Exception {
        var keys = new ArrayDeque<FleetKey>(taker.take());
        for (int i = 0; i < 4; i++) {
            while (!keys.isEmpty()) {
                var key = keys.remove();
                while (worker.work(key)) {
                    // there is more
                }
            }
            held.advance(Duration.ofMillis(2_100));
            keys.addAll(taker.take());
        }
        assertThat(keys).isEmpty();
        assertThat(rows.lateKeys()).isEmpty();
    }

    /** Every result: by tag, its samples in order. */
    public Map<String, List<String>> results() throws Exception {
        var all = new TreeMap<String, List<String>>();
        var found = store.gateway(FleetStore.GATEWAY);
        if (found.isEmpty()) {
            return all;
        }
        var history = new RawHistory(store);
        Set<String> seen = new HashSet<>();
        for (var tag : store.seriesNames(found.get().id())) {
            var samples = new ArrayList<String>();
            history.each(
                    found.get().id(),
                    tag,
                    new Span(0, Long.MAX_VALUE),
                    s -> {
                        samples.add(s.sourceTime() + " " + s.reading());
                        assertThat(
                                        seen.add(
                                                tag
                                                        + " "
                                                        + s.gatewayTime()
                                                        + " "
                                                        + s.sourceTime()
                                                        + s.reading()))
                                .as("once: %s %s", tag, s)
                                .isTrue();
                    });
            if (!samples.isEmpty()) {
                all.put(tag, samples);
            }
        }
        return all;
    }

    @Override
    public void close() throws DatabaseException {
        fleet.close();
        receiver.close();
        database.close();
    }
}
