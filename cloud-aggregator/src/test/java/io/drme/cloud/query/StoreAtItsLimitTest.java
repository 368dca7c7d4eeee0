package io.drme.cloud.query;

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
import io.drme.cloud.store.FakeGateway;
import io.drme.cloud.store.Records;
import io.drme.cloud.store.SqlReceiverStore;
import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.sync.ChainHeads;
import io.drme.sync.Fact;
import io.drme.sync.Item;
import io.drme.sync.Message;
import io.drme.sync.StreamId;
import io.drme.testing.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the centre shows of a gateway whose store comes to its limit. */
class StoreAtItsLimitTest {
    private static final int CLUSTER_PORT = 5793;
    private static Member member;

    @TempDir private Path directory;

    private final ManualClock clock = new ManualClock();
    private Database database;
    private SqlReceiverStore receiver;
    private Records records;
    private BlockStore store;
    private Projection projection;
    private Fleet fleet;

    @BeforeAll
    static void startMember() {
        member = Member.start(CloudConfig.defaults().withClusterPort(CLUSTER_PORT).cluster());
    }

    @AfterAll
    static void stopMember() {
        member.close();
    }

    @BeforeEach
    void open() throws Exception {
        database = Database.openIn(directory);
        receiver = SqlReceiverStore.open(database);
        records = Records.open(database);
        store = new BlockStore(database);
        var grid = new Grid(member);
        fleet = new Fleet(store, grid, clock);
        projection =
                new Projection(
                        grid,
                        store,
                        records,
                        clock,
                        new Changes() {
                            @Override
                            public void samples(
                                    String gateway, TagSheet tags, List<LatestTable.Latest> rows) {
                                // not looked at here
                            }

                            @Override
                            public void alarm(AlarmRow alarm) {
                                // none is raised here
                            }
                        });
        projection.rebuild();
    }

    @AfterEach
    void close() throws Exception {
        records.close();
        receiver.close();
        database.close();
    }

    // Whoever can't be heard lives on what it had when it was last heard.
    @Test
    void aGatewayTellsHowLongItsStoreLastsAndThatShrinksWhileItIsSilent() throws Exception {
        var gateway = new FakeGateway("limit-1", new EpochId(1, 1), 5, 1);
        number(gateway.id(), gateway.epoch());
        deliver(gateway.id(), gateway.catalogue("acme", java.util.Map.of()));
        assertThat(view().autonomyHours()).as("not told yet").isNegative();

        projection.take(
                new Fact.Reported(
                        gateway.id(),
                        new Message.Status(
                                1,
                                gateway.epoch(),
                                clock.epochNanos(),
                                new TreeMap<>(),
                                List.of(),
                                ChainHeads.NONE,
                                -1,
                                List.of(),
                                new Message.Endurance(1_300_000_000, 38 * 60))));
        assertThat(view().autonomyHours()).isEqualTo(38);
        assertThat(view().now().writtenBytesADay()).isEqualTo(1_300_000_000);

        clock.advance(Duration.ofHours(3));
        assertThat(view().state()).isEqualTo("offline");
        assertThat(view().autonomyHours()).isEqualTo(35);
        clock.advance(Duration.ofDays(3));
        assertThat(view().autonomyHours()).isZero();
    }

    private Fleet.GatewayView view() throws Exception {
        return fleet.view(store.gateways().getFirst());
    }

    private void number(GatewayId gateway, EpochId epoch) throws Exception {
        receiver.inTransaction(t -> t.epochNumber(gateway, epoch, clock.epochNanos()));
    }

    private void deliver(GatewayId gateway, Item item) throws Exception {
        receiver.inTransaction(t -> {
            var stream = new StreamId(gateway, item.epoch(), item.stream());
            t.insert(gateway, item, Optional.empty(), clock.epochNanos());
            t.saveRanges(stream, t.ranges(stream).with(item.sequence()));
            return true;
        });
        projection.take(new Fact.Committed(gateway, item, false));
    }
}
