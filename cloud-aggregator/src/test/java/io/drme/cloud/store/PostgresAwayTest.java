package io.drme.cloud.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.sync.Item;
import io.drme.sync.RangeSet;
import io.drme.sync.ReceiverStore.StoreException;
import io.drme.sync.StreamId;
import io.drme.testing.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A PostgreSQL server that goes away and comes back under a centre that goes on. */
class PostgresAwayTest {
    private static final int KILLS = 3;
    private static final int BLOCKS_BEFORE_KILL = 25;
    private static final EpochId EPOCH = new EpochId(1, 2);
    private static final long SEED = 7;
    private static final String WAITS =
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and wait_event = 'advisory'";

    @TempDir private static Path directory;
    private static PostgresServer server;
    private static int databases;

    private DatabaseSettings settings;

    @BeforeAll
    static void start() throws Exception {
        StoreKind.requireInstalled();
        server = PostgresServer.start();
        Files.writeString(directory.resolve("password"), PostgresServer.PASSWORD);
    }

    @AfterAll
    static void end() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void makeDatabase() throws Exception {
        var name = "away" + databases++;
        server.createDatabase(name);
        settings =
                new DatabaseSettings(
                        server.url(name),
                        Optional.of(PostgresServer.USER),
                        Optional.of(directory.resolve("password")),
                        Optional.empty(),
                        Optional.empty());
    }

    /** For the next test, whatever this one did. */
    @AfterEach
    void makeSureItRuns() throws Exception {
        if (!server.isRunning()) {
            server.resume();
        }
    }

    private static FakeGateway gateway() {
        return new FakeGateway("crash", EPOCH, SEED, 5);
    }

    private static StreamId stream(FakeGateway gateway) {
        return new StreamId(gateway.id(), EPOCH, StreamKind.DATA);
    }

    private static void store(SqlReceiverStore store, FakeGateway gateway, Item item)
            throws StoreException {
        var stream = stream(gateway);
        store.inTransaction(t -> {
            if (t.find(stream, item.sequence()).isEmpty()) {
                t.insert(gateway.id(), item, Optional.empty(), item.sequence());
                t.saveRanges(stream, t.ranges(stream).with(item.sequence()));
            }
            return true;
        });
    }

    // A receipt promises that an item outlives the server's process as well as ours.
    @Test
    void nothingThatWasAcknowledgedIsLostByKill9OfTheServer() throws Exception {
        var gateway = gateway();
        var made = new ArrayList<Item>();
        var acknowledged = new AtomicInteger();
        try (var database = Database.open(settings);
                var store = SqlReceiverStore.open(database)) {
            for (int round = 0; round < KILLS; round++) {
                storeUntilKilled(store, gateway, made, acknowledged);
                server.resume();
                check(database, store, gateway, made.subList(0, acknowledged.get()));
            }
            assertThat(acknowledged.get()).isGreaterThanOrEqualTo(KILLS * BLOCKS_BEFORE_KILL);
        }
    }

    /** Stores on one thread, and kills from another in the middle of it. */
    private static void storeUntilKilled(
            SqlReceiverStore store,
            FakeGateway gateway,
            List<Item> made,
            AtomicInteger acknowledged)
            throws Exception {
        int before = acknowledged.get();
        var writing =
                new FutureTask<>(() -> {
                    while (true) {
                        // what was not acknowledged comes again
                        if (made.size() == acknowledged.get()) {
                            made.add(gateway.block(3));
                        }
                        store(store, gateway, made.getLast());
                        acknowledged.incrementAndGet();
                    }
                });
        var thread = Thread.ofPlatform().start(writing);
        while (acknowledged.get() < before + BLOCKS_BEFORE_KILL && thread.isAlive()) {
            Thread.onSpinWait();
        }
        server.kill();
        assertThatThrownBy(writing::get)
                .cause()
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("can't be reached");
    }

    private static void check(
            Database database, SqlReceiverStore store, FakeGateway gateway, List<Item> acknowledged)
            throws Exception {
        var all = RangeSet.of(1, acknowledged.size());
        var held = store.inTransaction(t -> t.ranges(stream(gateway)));
        assertThat(held.containsAll(all)).isTrue();
        var reader = new BlockStore(database);
        long epochId = reader.epochs(reader.gateways().getFirst().id()).getFirst().id();
        for (var item : acknowledged) {
            assertThat(reader.block(epochId, item.sequence())).contains(item.payload());
        }
        long samples = acknowledged.stream().mapToLong(Item::samples).sum();
        assertThat(reader.account(epochId, StreamKind.DATA, all).stored()).isEqualTo(samples);
    }

    @Test
    void whileItIsAwayNothingIsAcknowledgedAndQuestionsAreToldWhy() throws Exception {
        var gateway = gateway();
        var item = gateway.block(3);
        try (var database = Database.open(settings);
                var store = SqlReceiverStore.open(database)) {
            var reader = new BlockStore(database);
            server.stop();
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> store(store, gateway, item))
                        .isInstanceOf(StoreException.class)
                        .hasMessageContaining(server.address() + " can't be reached")
                        .hasMessageContaining("start it");
            }
            assertThat(database.trouble()).hasValueSatisfying(t -> assertThat(t).contains("start"));
            assertThatThrownBy(reader::gateways)
                    .isInstanceOf(DatabaseException.class)
                    .hasMessageContaining(server.address() + " can't be reached");
            server.resume();
            store(store, gateway, item);
            assertThat(database.trouble()).isEmpty();
            assertThat(database.losses()).isEqualTo(1);
            assertThat(reader.gateways()).hasSize(1);
        }
    }

    @Test
    void aRestartBetweenTwoTransactionsIsNoticedByNobody() throws Exception {
        var gateway = gateway();
        try (var database = Database.open(settings);
                var store = SqlReceiverStore.open(database);
                var records = Records.open(database)) {
            var reader = new BlockStore(database);
            store(store, gateway, gateway.block(3));
            records.found(gateway.id(), "test", "before", 1);
            records.commit();
            assertThat(reader.findings(9)).hasSize(1);
            server.stop();
            server.resume();
            store(store, gateway, gateway.block(3));
            records.found(gateway.id(), "test", "behind", 2);
            records.commit();
            assertThat(reader.findings(9)).hasSize(2);
            assertThat(database.losses()).isZero();
        }
    }

    // Two pages would show half of the fleet each, and a person would believe either.
    @Test
    void aSecondCentreOnTheSameDatabaseIsRefusedAndTakesOverWhenTheFirstIsGone() throws Exception {
        var gateway = gateway();
        try (var first = Database.open(settings);
                var second = Database.open(settings)) {
            try (var store = SqlReceiverStore.open(first)) {
                store(store, gateway, gateway.block(3));
                assertThatThrownBy(() -> SqlReceiverStore.open(second))
                        .isInstanceOf(DatabaseException.class)
                        .hasMessageContaining("another centre writes into this database (127.0.0.1")
                        .hasMessageContaining("stop it");
            }
            try (var store = SqlReceiverStore.open(second)) {
                store(store, gateway, gateway.block(3));
            }
            assertThat(new BlockStore(first).gateways()).hasSize(1);
        }
    }

    // Its line to the server broke, and another took over: it must not go on beside that one.
    @Test
    void whoLostItsConnectionToASecondCentreWritesNothingMore() throws Exception {
        var gateway = gateway();
        try (var one = Database.open(settings);
                var other = Database.open(settings);
                var loser = SqlReceiverStore.open(one);
                var records = Records.open(one)) {
            store(loser, gateway, gateway.block(3));
            server.psql(
                    "postgres",
                    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'drme-cloud receiver'");
            try (var winner = SqlReceiverStore.open(other)) {
                store(winner, gateway, gateway.block(3));
                var third = gateway.block(3);
                assertThatThrownBy(() -> store(loser, gateway, third))
                        .isInstanceOf(StoreException.class)
                        .hasMessageContaining("another centre writes into this database");
                records.found(gateway.id(), "test", "the server is there", 1);
                records.commit();
                assertThat(one.trouble()).as("that others can write is no help").isPresent();
                var held = winner.inTransaction(t -> t.ranges(stream(gateway)));
                assertThat(held).isEqualTo(RangeSet.of(1, 2));
            }
        }
    }

    // Members of a cluster will share a database: a gateway that moves is written by one at a time.
    @Test
    void whoOwnsAGatewayIsWaitedForAndItsRowsAreSeen() throws Exception {
        try (var one = Database.open(settings);
                var other = Database.open(settings);
                var first = one.openWriter(Dialect.Role.RECORDS);
                var second = other.openWriter(Dialect.Role.RECORDS)) {
            first.begin();
            first.dialect().own(first.statements(), "press-line-1");
            var ids = new Ids(first.statements());
            ids.epoch(new GatewayId("press-line-1"), EPOCH, 1);
            second.begin();
            second.dialect().own(second.statements(), "press-line-2");
            var waiting =
                    new FutureTask<>(() -> {
                        second.dialect().own(second.statements(), "press-line-1");
                        var seen = new Ids(second.statements());
                        return seen.epoch(new GatewayId("press-line-1"), new EpochId(3, 4), 1);
                    });
            Thread.ofPlatform().start(waiting);
            while (!server.psql("postgres", WAITS).equals("1")) {
                assertThat(waiting.isDone()).isFalse();
            }
            first.commit();
            assertThat(waiting.get().number()).isEqualTo(2);
        }
    }

    @Test
    void aTransactionThatOthersWereInTheWayOfIsDoneAgain() throws Exception {
        var gateway = gateway();
        var item = gateway.block(3);
        var tries = new AtomicInteger();
        try (var database = Database.open(settings);
                var store = SqlReceiverStore.open(database)) {
            store.inTransaction(t -> {
                t.insert(gateway.id(), item, Optional.empty(), 1);
                if (tries.incrementAndGet() < 3) {
                    throw new StoreException("deadlock", new SQLException("deadlock", "40P01"));
                }
                return true;
            });
            assertThat(tries.get()).isEqualTo(3);
            var found = store.inTransaction(t -> t.find(stream(gateway), 1));
            assertThat(found).isPresent();
            tries.set(0);
            assertThatThrownBy(() ->
                            store.inTransaction(_ -> {
                                tries.incrementAndGet();
                                throw new StoreException("x", new SQLException("x", "40001"));
                            }))
                    .isInstanceOf(StoreException.class);
            assertThat(tries.get()).isEqualTo(5);
        }
    }
}
