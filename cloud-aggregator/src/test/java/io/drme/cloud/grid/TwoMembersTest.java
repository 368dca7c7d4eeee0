package io.drme.cloud.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.splitbrainprotection.SplitBrainProtectionException;
import io.drme.cloud.config.CloudConfig;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.FakeGateway;
import io.drme.cloud.store.Records;
import io.drme.cloud.store.SqlReceiverStore;
import io.drme.model.EpochId;
import io.drme.sync.Fact;
import io.drme.sync.Item;
import io.drme.sync.StreamId;
import io.drme.testing.ManualClock;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two members' grids over one database, in one process. */
@Timeout(120)
class TwoMembersTest {
    @TempDir private Path directory;

    private final ManualClock clock = new ManualClock();
    private Member one;
    private Member two;
    private Database database;
    private SqlReceiverStore receiver;
    private Records records;
    private Projection ofOne;
    private Projection ofTwo;
    private FakeGateway gateway;

    @BeforeEach
    void start() throws Exception {
        List<Integer> ports;
        try (var a = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var b = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ports = List.of(a.getLocalPort(), b.getLocalPort());
        }
        one = member(ports, 0);
        two = member(ports, 1);
        database = Database.openIn(directory);
        receiver = SqlReceiverStore.open(database);
        records = Records.open(database);
        ofOne = projection(one);
        ofTwo = projection(two);
        ofOne.join();
        gateway = new FakeGateway("press-line-1", new EpochId(1, 1), 1, 5);
        receiver.inTransaction(
                t -> t.epochNumber(gateway.id(), gateway.epoch(), clock.epochNanos()));
    }

    private Member member(List<Integer> ports, int number) throws Exception {
        var file =
                Files.writeString(
                        directory.resolve("cloud-%d.yaml".formatted(number)),
                        "cluster: {name: two, listen: '127.0.0.1:%d', members: ['127.0.0.1:%d', '127.0.0.1:%d']}%nstore: {url: 'jdbc:postgresql://127.0.0.1/none'}%n"
                                .formatted(ports.get(number), ports.get(0), ports.get(1)));
        return Member.start(CloudConfig.read(file).cluster());
    }

    private Projection projection(Member member) {
        return new Projection(
                new Grid(member), new BlockStore(database), records, clock, Changes.NONE);
    }

    @AfterEach
    void stop() throws Exception {
        records.close();
        receiver.close();
        database.close();
        two.close();
        one.close();
    }

    private Fact store(Item item) throws Exception {
        receiver.inTransaction(t -> {
            var stream = new StreamId(gateway.id(), item.epoch(), item.stream());
            t.insert(gateway.id(), item, Optional.empty(), clock.epochNanos());
            t.saveRanges(stream, t.ranges(stream).with(item.sequence()));
            return true;
        });
        return new Fact.Committed(gateway.id(), item, false);
    }

    private static List<String> latest(Member member) throws Exception {
        var table = new Grid(member).latest("press-line-1");
        return IntStream.range(0, table.size())
                .mapToObj(i -> table.row(i).tag() + " " + table.row(i).gatewayTime())
                .toList();
    }

    @Test
    void aMemberThatJoinsLeavesWhatTheOtherKnows() throws Exception {
        ofOne.take(store(gateway.block(5)));
        var known = latest(one);
        assertThat(known).hasSize(5);
        ofTwo.join();
        assertThat(latest(two)).isEqualTo(known);
        assertThat(latest(one)).isEqualTo(known);
    }

    // The first member was slow, and brings in an older block after the second had a newer one.
    @Test
    void aGatewayThatMovedKeepsItsNewestValues() throws Exception {
        ofTwo.join();
        var older = store(gateway.block(5));
        var newer = store(gateway.block(5));
        ofTwo.take(newer);
        var newest = latest(one);
        ofOne.take(older);
        assertThat(latest(one)).isEqualTo(newest);
        ofOne.rebuild();
        assertThat(latest(two)).isEqualTo(newest);
    }

    @Test
    void whatHadToLeaveMemoryIsReadFromTheDatabase() throws Exception {
        ofTwo.join();
        ofOne.take(store(gateway.block(5)));
        var known = latest(one);
        one.instance().getMap(MemberSettings.LATEST).evictAll();
        assertThat(one.instance().getMap(MemberSettings.LATEST).size()).isZero();
        var grid = new Grid(two);
        grid.fillFrom(ofTwo::stored);
        assertThat(grid.latest("press-line-1").size()).isEqualTo(known.size());
        assertThat(latest(one)).isEqualTo(known);
    }

    @Test
    void aMemberThatIsLeftAloneWritesNothing() throws Exception {
        ofTwo.join();
        two.close();
        while (one.inSight().size() > 1) {
            Thread.onSpinWait();
        }
        assertThat(one.tooFew()).hasValueSatisfying(w -> assertThat(w).contains("needs 2"));
        var fact = store(gateway.block(5));
        assertThatThrownBy(() -> ofOne.take(fact))
                .isInstanceOf(SplitBrainProtectionException.class);
    }
}
