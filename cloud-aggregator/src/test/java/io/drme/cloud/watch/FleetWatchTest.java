package io.drme.cloud.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.cloud.config.CloudConfig;
import io.drme.cloud.grid.Changes;
import io.drme.cloud.grid.Grid;
import io.drme.cloud.grid.Member;
import io.drme.cloud.grid.Projection;
import io.drme.cloud.store.AlarmStore;
import io.drme.cloud.store.AlarmStore.AlarmRow;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.Records;
import io.drme.cloud.store.StoreKind;
import io.drme.model.GatewayId;
import io.drme.sync.Fact;
import io.drme.sync.Message;
import io.drme.testing.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(StoreKind.class)
class FleetWatchTest {
    private static Member member;
    private final StoreKind kind;

    @TempDir private Path directory;

    private final ManualClock clock = new ManualClock();
    private Database database;
    private Records records;
    private Projection projection;
    private BlockStore store;
    private FleetWatch watch;
    private boolean isMine = true;

    FleetWatchTest(StoreKind kind) {
        this.kind = kind;
    }

    @BeforeAll
    static void startMember() {
        member = Member.start(CloudConfig.defaults().withClusterPort(5785).cluster());
    }

    @AfterAll
    static void stopMember() {
        member.close();
    }

    @BeforeEach
    void open() throws Exception {
        database = kind.open(directory);
        records = Records.open(database);
        store = new BlockStore(database);
        projection = new Projection(new Grid(member), store, records, clock, Changes.NONE);
        projection.rebuild();
        watch = new FleetWatch(store, new Grid(member), clock, Changes.NONE, () -> isMine);
        watch.step();
    }

    @AfterEach
    void close() throws Exception {
        records.close();
        database.close();
    }

    /** A gateway of which something was heard now. */
    private void heard(String gateway) throws Exception {
        projection.take(
                new Fact.HeadRefused(
                        new GatewayId(gateway), Fact.HeadRefused.Why.BAD_SEAL, "for the test"));
        projection.take(new Fact.LiveValues(new GatewayId(gateway), live()));
        projection.release();
    }

    private static Message.Live live() {
        return new Message.Live(
                1, io.drme.model.EpochId.parse("00000000000000000000000000000001"), List.of());
    }

    private void pass(Duration time) throws Exception {
        clock.advance(time);
        watch.step();
    }

    private List<AlarmRow> alarms() throws Exception {
        return new AlarmStore(store).alarms(AlarmStore.Filter.ALL, Optional.empty(), 100);
    }

    private void handle(String verb, Map<String, String> arguments) throws Exception {
        var all = new java.util.TreeMap<>(arguments);
        all.put("id", alarms().getFirst().id());
        new CentreDesk(store, clock, Changes.NONE)
                .take(
                        new Message.Command(
                                0, "c", 0, Long.MAX_VALUE, "anna", verb, Map.copyOf(all)));
    }

    @Test
    void fiveHundredLostGatewaysOfASiteAreOneMessage() throws Exception {
        for (int i = 0; i < 500; i++) {
            heard("gateway-%03d".formatted(i));
        }
        pass(Duration.ofSeconds(31));
        assertThat(alarms())
                .singleElement()
                .satisfies(a -> {
                    assertThat(a.gateway()).isEqualTo("centre");
                    assertThat(a.name()).isEqualTo("gateway-silent");
                    assertThat(a.state()).isEqualTo("unacknowledged");
                    assertThat(a.message())
                            .contains("500 gateways")
                            .contains("gateway-000")
                            .contains("and 495 more");
                });
    }

    @Test
    void itEndsWhenAllAreBackAndSomebodyHasSeenIt() throws Exception {
        heard("a");
        heard("b");
        pass(Duration.ofSeconds(31));
        handle("acknowledge", Map.of("comment", "on my way"));
        assertThat(alarms().getFirst().state()).isEqualTo("acknowledged");
        assertThat(alarms().getFirst().acknowledgedBy()).isEqualTo("anna");
        heard("a");
        pass(Duration.ofSeconds(5));
        assertThat(alarms().getFirst().state()).isEqualTo("acknowledged");
        assertThat(alarms().getFirst().message()).contains("1 gateway").contains(": b");
        heard("b");
        pass(Duration.ofSeconds(5));
        assertThat(alarms().getFirst().state()).isEqualTo("normal");
        assertThat(alarms().getFirst().clearedAt()).isNotNull();
    }

    @Test
    void oneMoreGatewayWantsAnotherLook() throws Exception {
        heard("a");
        pass(Duration.ofSeconds(20));
        heard("b");
        pass(Duration.ofSeconds(11));
        handle("acknowledge", Map.of());
        pass(Duration.ofSeconds(20));
        assertThat(alarms())
                .singleElement()
                .satisfies(a -> assertThat(a.state()).isEqualTo("unacknowledged"))
                .satisfies(a -> assertThat(a.message()).contains("2 gateways"));
    }

    @Test
    void whatNobodySawStaysUntilItIsAcknowledged() throws Exception {
        heard("a");
        pass(Duration.ofSeconds(31));
        heard("a");
        pass(Duration.ofSeconds(5));
        assertThat(alarms().getFirst().state()).isEqualTo("returned");
        pass(Duration.ofSeconds(31));
        assertThat(alarms())
                .singleElement()
                .satisfies(a -> assertThat(a.state()).isEqualTo("unacknowledged"));
        heard("a");
        pass(Duration.ofSeconds(5));
        handle("acknowledge", Map.of());
        assertThat(alarms().getFirst().state()).isEqualTo("normal");
    }

    @Test
    void aShelvedOneComesBackInTime() throws Exception {
        heard("a");
        pass(Duration.ofSeconds(31));
        handle("shelve", Map.of("for", "60000000000ns", "reason", "works on the line"));
        pass(Duration.ofSeconds(30));
        assertThat(alarms().getFirst().state()).isEqualTo("shelved");
        pass(Duration.ofSeconds(31));
        assertThat(alarms().getFirst().state()).isEqualTo("unacknowledged");
    }

    @Test
    void anotherMemberGoesOnWhereOneEnded() throws Exception {
        heard("a");
        pass(Duration.ofSeconds(31));
        var next = new FleetWatch(store, new Grid(member), clock, Changes.NONE, () -> true);
        isMine = false;
        next.step();
        clock.advance(Duration.ofSeconds(31));
        next.step();
        watch.step();
        assertThat(alarms()).hasSize(1);
    }

    // A restart of the oldest member ended the alarm, and with it what people had done about it.
    @Test
    void whatWasAcknowledgedStaysSoWhereAnotherMemberGoesOn() throws Exception {
        heard("a");
        pass(Duration.ofSeconds(31));
        handle("acknowledge", Map.of("comment", "on my way"));
        var next = new FleetWatch(store, new Grid(member), clock, Changes.NONE, () -> true);
        for (int i = 0; i < 10; i++) {
            next.step();
            assertThat(alarms())
                    .singleElement()
                    .satisfies(a -> assertThat(a.state()).isEqualTo("acknowledged"));
            clock.advance(Duration.ofSeconds(5));
        }
    }

    @Test
    void theListGoesOnBehindAnAlarmOfTheCentre() throws Exception {
        heard("a");
        pass(Duration.ofSeconds(31));
        var first = alarms().getFirst();
        assertThat(
                        new AlarmStore(store)
                                .alarms(
                                        AlarmStore.Filter.ALL,
                                        Optional.of(AlarmStore.Place.of(first)),
                                        100))
                .isEmpty();
    }
}
