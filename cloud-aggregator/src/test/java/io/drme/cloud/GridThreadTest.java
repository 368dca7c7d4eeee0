package io.drme.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.cloud.config.CloudConfig;
import io.drme.cloud.grid.Changes;
import io.drme.cloud.grid.Grid;
import io.drme.cloud.grid.LatestTable;
import io.drme.cloud.grid.Member;
import io.drme.cloud.grid.Projection;
import io.drme.cloud.grid.TagSheet;
import io.drme.cloud.store.AlarmStore.AlarmRow;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.Records;
import io.drme.model.GatewayId;
import io.drme.sync.Fact;
import io.drme.testing.ManualClock;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class GridThreadTest {
    private static final GatewayId GATEWAY = new GatewayId("press-line-1");

    @TempDir private Path directory;

    private final ManualClock clock = new ManualClock();

    private static final Changes NOBODY_LOOKS =
            new Changes() {
                @Override
                public void samples(String gateway, TagSheet tags, List<LatestTable.Latest> rows) {
                    // nobody looks
                }

                @Override
                public void alarm(AlarmRow alarm) {
                    // nobody looks
                }
            };

    private static Fact finding(String detail) {
        return new Fact.HeadRefused(GATEWAY, Fact.HeadRefused.Why.KEY_CHANGED, detail);
    }

    /** As where the database is away, or has a table that does not take a row. */
    private void rename(String from, String to) throws Exception {
        try (var connection =
                        DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("drme.db"));
                var statement = connection.createStatement()) {
            statement.execute("pragma busy_timeout = 10000");
            statement.execute("pragma legacy_alter_table = on");
            statement.execute("alter table %s rename to %s".formatted(from, to));
        }
    }

    /** Looks until it is so; the test's time limit ends it otherwise. */
    private static void await(Callable<Boolean> condition) throws Exception {
        while (!condition.call()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            Thread.onSpinWait();
        }
    }

    @FunctionalInterface
    private interface Body {
        void run(GridThread thread, BlockStore store) throws Exception;
    }

    private void with(Body test) throws Exception {
        try (var member = Member.start(CloudConfig.defaults().withClusterPort(5795).cluster());
                var database = Database.openIn(directory);
                var records = Records.open(database)) {
            var store = new BlockStore(database);
            var projection = new Projection(new Grid(member), store, records, clock, NOBODY_LOOKS);
            projection.rebuild();
            try (var thread = new GridThread(projection, clock)) {
                thread.start();
                test.run(thread, store);
            }
        }
    }

    // What was polled when the database was found to be away was dropped without a word.
    @Test
    @Timeout(20)
    void aFactIsKeptWhileTheDatabaseIsAway() throws Exception {
        with((thread, store) -> {
            rename("gateway", "away");
            thread.put(finding("first"));
            await(() -> thread.trouble().isPresent());
            thread.put(finding("second"));
            rename("away", "gateway");
            await(() -> thread.trouble().isEmpty() && store.findings(10).size() >= 2);
            assertThat(store.findings(10)).extracting("detail").containsOnly("first", "second");
            assertThat(thread.retried()).isPositive();
            assertThat(thread.refused()).isZero();
        });
    }

    // One fact that a bug or the database never takes must not keep all others out for ever.
    @Test
    @Timeout(20)
    void aFactThatIsNeverTakenIsCountedAndThoseBehindItGoOn() throws Exception {
        with((thread, store) -> {
            rename("finding", "broken");
            thread.put(finding("first"));
            await(() -> thread.refused() > 0);
            rename("broken", "finding");
            thread.put(finding("second"));
            await(() -> !store.findings(10).isEmpty());
            assertThat(store.findings(10)).extracting("detail").containsOnly("second");
            assertThat(thread.retried()).isEqualTo(GridThread.MOST_TRIES);
            assertThat(thread.trouble()).isEmpty();
        });
    }

    // The receiver waited for room for ever, and could not tell gateways to go elsewhere.
    @Test
    @Timeout(20)
    void whileTooFewAreInSightNobodyWaitsAndTheEndIsQuick() throws Exception {
        try (var member = Member.start(CloudConfig.defaults().withClusterPort(5795).cluster());
                var database = Database.openIn(directory);
                var records = Records.open(database)) {
            var store = new BlockStore(database);
            var projection = new Projection(new Grid(member), store, records, clock, NOBODY_LOOKS);
            var closed = new AtomicBoolean(true);
            var looks = new AtomicInteger();
            var thread = new GridThread(projection, clock);
            thread.join(
                    () -> {
                        looks.incrementAndGet();
                        return closed.get() ? Optional.of("too few") : Optional.empty();
                    },
                    NOBODY_LOOKS);
            thread.rebuildSoon("too few");
            thread.start();
            for (int i = 0; i < GridThread.QUEUE_CAPACITY + 2; i++) {
                thread.put(finding("number " + i));
            }
            assertThat(thread.notQueued()).isEqualTo(2);
            assertThat(thread.trouble()).contains("too few");
            closed.set(false);
            await(() -> thread.trouble().isEmpty());
            await(() -> store.findings(1_000).size() == GridThread.QUEUE_CAPACITY);
            closed.set(true);
            thread.rebuildSoon("too few again");
            assertThat(thread.trouble()).isPresent();
            int asked = looks.get();
            await(() -> looks.get() > asked);
            thread.put(finding("left behind"));
            int before = looks.get();
            thread.close();
            assertThat(looks.get() - before).isLessThan(20);
        }
    }

    // SQLite has one writer: a transaction left open until the next report, up to a second later,
    // made the receiver wait at each finding.
    @Test
    @Timeout(20)
    void aFindingDoesNotKeepTheReceiverWaitingForTheNextReport() throws Exception {
        try (var member = Member.start(CloudConfig.defaults().withClusterPort(5795).cluster());
                var database = Database.openIn(directory);
                var records = Records.open(database)) {
            var store = new BlockStore(database);
            var projection = new Projection(new Grid(member), store, records, clock, NOBODY_LOOKS);
            projection.rebuild();
            try (var thread = new GridThread(projection, clock)) {
                thread.start();
                thread.put(new Fact.Damaged(new GatewayId("nobody"), "not a message"));
                thread.put(
                        new Fact.HeadRefused(
                                GATEWAY, Fact.HeadRefused.Why.KEY_CHANGED, "another key"));
                // The clock stands still, so no report is ever due.
                while (store.gateways().isEmpty()) {
                    assertThat(thread.trouble()).isEmpty();
                    Thread.onSpinWait();
                }
                assertThat(store.gateways())
                        .as("garbage under a name that nobody has makes no gateway")
                        .extracting(BlockStore.Gateway::name)
                        .containsExactly(GATEWAY.text());
            }
        }
    }
}
