package io.drme.cloud.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.schema.CommandResult;
import io.drme.sync.CentreKeys;
import io.drme.sync.ChainHeads;
import io.drme.sync.Item;
import io.drme.sync.Message;
import io.drme.sync.MessageCodec;
import io.drme.sync.RangeSet;
import io.drme.sync.Receiver;
import io.drme.sync.ReceiverSettings;
import io.drme.sync.SigningKey;
import io.drme.testing.CheapSignatures;
import io.drme.testing.ManualClock;
import io.drme.testing.MemoryNotary;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Deliveries that are duplicated, reordered, delayed and damaged, of a session before and cut by
 * restarts, into the real store.
 */
@ParameterizedClass
@EnumSource(StoreKind.class)
class DeliveryFaultsTest {
    private final StoreKind kind;
    private static final int COPIES = 4;

    @TempDir private Path directory;
    private final ManualClock clock = new ManualClock();
    private final Random random = new Random(Long.getLong("drme.seed", 11));
    private final CentreKeys keys =
            new CentreKeys(CheapSignatures.CHEAP, SigningKey.make(random), List.of());
    private final Map<String, Long> sessions = new HashMap<>();
    private Database database;
    private SqlReceiverStore store;
    private Receiver receiver;

    DeliveryFaultsTest(StoreKind kind) {
        this.kind = kind;
    }

    private record Sent(FakeGateway gateway, Item item) {}

    @BeforeEach
    void open() throws Exception {
        database = kind.open(directory);
        store = SqlReceiverStore.open(database);
        receiver = new Receiver(store, new ContentReader(), keys, clock, ReceiverSettings.DEFAULTS);
    }

    @AfterEach
    void close() throws Exception {
        store.close();
        database.close();
    }

    private void greet(FakeGateway gateway) {
        long session = sessions.merge(gateway.id().text(), (7L << 32) | 1, (was, _) -> was + 1);
        var notary = new MemoryNotary(gateway.id(), CheapSignatures.CHEAP, new Random(1));
        receive(
                List.of(
                        arrival(
                                gateway,
                                new Message.Hello(
                                        session,
                                        gateway.epoch(),
                                        1,
                                        7,
                                        "box",
                                        "1",
                                        "",
                                        "",
                                        0,
                                        List.of(),
                                        notary.key().verifyKey(),
                                        ChainHeads.NONE))));
    }

    private static Receiver.Arrival arrival(FakeGateway gateway, Message.Up message) {
        return new Receiver.Arrival(gateway.id(), MessageCodec.encode(message), 0);
    }

    private Receiver.Outcome receive(List<Receiver.Arrival> arrivals) {
        var outcome = receiver.receive(arrivals);
        assertThat(outcome.durable()).isTrue();
        return outcome;
    }

    private static List<Sent> made(FakeGateway gateway, int blocks, int events) {
        var all = new ArrayList<Sent>();
        all.add(new Sent(gateway, gateway.catalogue("acme", Map.of())));
        for (int i = 0; i < blocks; i++) {
            all.add(new Sent(gateway, gateway.block(1)));
        }
        for (int i = 1; i < events; i++) {
            var result = new CommandResult("c-" + i, "x", "done", "");
            all.add(new Sent(gateway, gateway.event(result, Map.of())));
        }
        return all;
    }

    private long current(Sent sent) {
        return sessions.getOrDefault(sent.gateway().id().text(), 0L);
    }

    /** As it comes: now and then of the session before, or with a flipped bit. */
    private Receiver.Arrival onItsWay(Sent sent) {
        long session = current(sent) - (random.nextInt(20) == 0 ? 1 : 0);
        var arrival = arrival(sent.gateway(), new Message.Delivery(session, sent.item()));
        if (random.nextInt(40) == 0) {
            var bytes = arrival.bytes();
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return arrival;
    }

    // 5-quality.md, reliability: duplicated, reordered, delayed delivery; rows = unique ids.
    @Test
    void tenThousandDeliveriesLeaveOneRowForEachItem() throws Exception {
        var gateways =
                List.of(
                        new FakeGateway("g-1", new EpochId(1, 1), 1, 3),
                        new FakeGateway("g-2", new EpochId(2, 2), 2, 3));
        var all = new ArrayList<Sent>();
        gateways.forEach(g -> all.addAll(made(g, 1_000, 250)));
        gateways.forEach(this::greet);
        var deliveries = new ArrayList<Sent>();
        all.forEach(sent -> deliveries.addAll(Collections.nCopies(COPIES, sent)));
        Collections.shuffle(deliveries, random);
        assertThat(deliveries).hasSize(10_000);
        var receipted = new HashSet<String>();
        for (int from = 0; from < deliveries.size(); ) {
            int to = Math.min(deliveries.size(), from + 1 + random.nextInt(200));
            var arrivals = deliveries.subList(from, to).stream().map(this::onItsWay).toList();
            note(receive(arrivals), receipted);
            from = to;
            clock.advance(Duration.ofMillis(100));
            if (random.nextInt(25) == 0) {
                close();
                open();
                gateways.forEach(this::greet);
            }
        }
        assertThat(missing(receipted)).as("receipted, and not there").isZero();
        // What was lost in every copy is sent once more, as the gateway would.
        for (var sent : all) {
            receive(
                    List.of(
                            arrival(
                                    sent.gateway(),
                                    new Message.Delivery(current(sent), sent.item()))));
        }
        checkRows(gateways, all);
    }

    private static void note(Receiver.Outcome outcome, Set<String> receipted) {
        for (var answer : outcome.answers()) {
            if (answer.message() instanceof Message.Receipt receipt) {
                for (var range : receipt.ranges()) {
                    for (long n = range.from(); n <= range.to(); n++) {
                        receipted.add(receipt.epoch() + "/" + receipt.stream().code() + "/" + n);
                    }
                }
            }
        }
    }

    private long missing(Set<String> receipted) throws Exception {
        var here = new HashSet<String>();
        new BlockStore(database)
                .each(
                        "select e.epoch, i.stream, i.sequence from item i join epoch e on e.id = i.epoch_id",
                        r -> r.getString(1) + "/" + r.getInt(2) + "/" + r.getLong(3),
                        here::add);
        return receipted.stream().filter(r -> !here.contains(r)).count();
    }

    private void checkRows(List<FakeGateway> gateways, List<Sent> all) throws Exception {
        assertThat(count("select count(*) from item")).isEqualTo(all.size());
        assertThat(count("select count(*) from item where state <> 1")).isZero();
        assertThat(count("select count(*) from event")).isEqualTo(500);
        assertThat(count("select count(*) from held_range")).isEqualTo(4);
        long samples = gateways.stream().mapToLong(g -> g.made().size()).sum();
        assertThat(count("select sum(samples) from item")).isEqualTo(samples);
        assertThat(count("select sum(samples) from block_series")).isEqualTo(samples);
        var reader = new BlockStore(database);
        for (var row : reader.gateways()) {
            var epoch = reader.epochs(row.id()).getFirst();
            assertThat(reader.held(epoch.id(), StreamKind.DATA)).isEqualTo(RangeSet.of(1, 1_000));
            assertThat(reader.held(epoch.id(), StreamKind.EVENTS)).isEqualTo(RangeSet.of(1, 250));
        }
    }

    private long count(String sql) throws Exception {
        try (var connection = kind.connect(directory);
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getLong(1);
        }
    }
}
