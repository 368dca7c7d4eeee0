package io.drme.cloud.query;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.drme.alarm.AlarmLoad;
import io.drme.alarm.AlarmState;
import io.drme.alarm.LoadFigures;
import io.drme.alarm.Priority;
import io.drme.cloud.store.AlarmStore;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.FakeGateway;
import io.drme.cloud.store.SqlReceiverStore;
import io.drme.cloud.store.StoreKind;
import io.drme.model.EpochId;
import io.drme.model.Value;
import io.drme.schema.AlarmMarks;
import io.drme.schema.AlarmTransition;
import io.drme.sync.StreamId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the centre says of the load of alarms, held against what the gateway would count itself.
 *
 * <p>Planted and found: transitions taken newest first; an alarm of another gateway under the same
 * first-out group.
 */
@ParameterizedClass
@EnumSource(StoreKind.class)
class FleetLoadTest {
    private static final long SECOND = 1_000_000_000L;

    private final StoreKind kind;
    @TempDir private Path directory;
    private Database database;
    private SqlReceiverStore receiver;
    private BlockStore store;
    private final Map<String, AlarmLoad> expected = new HashMap<>();
    private long now;

    FleetLoadTest(StoreKind kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open() throws Exception {
        database = kind.open(directory);
        receiver = SqlReceiverStore.open(database);
        store = new BlockStore(database);
    }

    @AfterEach
    void close() throws Exception {
        receiver.close();
        database.close();
    }

    private FakeGateway gateway(String name, int seed) throws Exception {
        var gateway = new FakeGateway(name, new EpochId(seed, 1), seed, 1);
        receiver.inTransaction(t -> t.epochNumber(gateway.id(), gateway.epoch(), 1));
        return gateway;
    }

    private static AlarmTransition transition(
            String id, String name, String step, long at, String by, AlarmMarks marks) {
        var states = step.split(" ", 2);
        return new AlarmTransition(
                id,
                name,
                "press/" + name,
                states[0],
                states[1],
                marks.escalatedFrom().isEmpty() ? "medium" : "high",
                new Value.Real(81.5),
                "Too hot",
                "Stop",
                at,
                by,
                by.equals("anna") ? "on my way" : "",
                0,
                "the cooler is clogged",
                "the seal burns",
                600 * SECOND,
                by.equals("anna") ? at : 0,
                marks);
    }

    private void deliver(FakeGateway gateway, AlarmTransition t) throws Exception {
        var item = gateway.event(t, Map.of());
        receiver.inTransaction(tx -> {
            var stream = new StreamId(gateway.id(), item.epoch(), item.stream());
            tx.insert(gateway.id(), item, Optional.empty(), t.at());
            tx.saveRanges(stream, tx.ranges(stream).with(item.sequence()));
            return true;
        });
        expected.computeIfAbsent(gateway.id().text(), _ -> new AlarmLoad())
                .take(
                        new AlarmLoad.Change(
                                t.alarm(),
                                t.name(),
                                t.tag(),
                                AlarmState.ofText(t.from()).orElseThrow(),
                                AlarmState.ofText(t.to()).orElseThrow(),
                                Priority.ofText(t.priority()).orElseThrow(),
                                t.at(),
                                t.by().isEmpty()));
        now = Math.max(now, t.at());
    }

    private AlarmScope scope() throws Exception {
        return new AlarmScope(Selection.ALL, store.gateways());
    }

    @Test
    void theCentreCountsWhatTheGatewayCounts() throws Exception {
        var first = gateway("press-line-1", 1);
        var second = gateway("press-line-2", 2);
        for (int i = 0; i < 14; i++) {
            var id = "press-line-1-" + i;
            long at = first.nowNanos() + i * 30L * SECOND;
            var name = "hot-" + i % 3;
            deliver(first, transition(id, name, "normal unacknowledged", at, "", AlarmMarks.NONE));
            deliver(
                    first,
                    transition(
                            id,
                            name,
                            "unacknowledged acknowledged",
                            at + SECOND,
                            "anna",
                            AlarmMarks.NONE));
            deliver(
                    first,
                    transition(
                            id, name, "acknowledged normal", at + 2 * SECOND, "", AlarmMarks.NONE));
        }
        deliver(
                second,
                transition(
                        "press-line-2-1",
                        "hot",
                        "normal unacknowledged",
                        second.nowNanos(),
                        "",
                        AlarmMarks.NONE));
        now += 60 * SECOND;

        var figures = new FleetLoad(store).figures(scope(), now);

        assertThat(figures.byGateway()).containsOnlyKeys("press-line-1", "press-line-2");
        for (var gateway : List.of("press-line-1", "press-line-2")) {
            assertThat(figures.byGateway().get(gateway))
                    .isEqualTo(requireNonNull(expected.get(gateway)).figures(now));
        }
        assertThat(figures.all().total()).isEqualTo(15);
        assertThat(figures.all().isFlooded()).isTrue();
        assertThat(requireNonNull(figures.byGateway().get("press-line-2")).isFlooded()).isFalse();
        assertThat(figures.all().frequent())
                .extracting(LoadFigures.Frequent::count)
                .containsExactly(5L, 5L, 4L, 1L);
    }

    @Test
    void whatAPersonNeedsIsKeptAndTheFirstOfAGroupIsFound() throws Exception {
        var first = gateway("press-line-1", 1);
        var second = gateway("press-line-2", 2);
        var marked = new AlarmMarks("trip", true, "");
        long at = first.nowNanos();
        deliver(first, transition("g-1", "a", "normal unacknowledged", at, "", marked));
        deliver(first, transition("g-1", "a", "unacknowledged normal", at + 9, "anna", marked));
        var followed = new AlarmMarks("trip", false, "");
        deliver(first, transition("g-2", "b", "normal unacknowledged", at + 1, "", followed));
        var raised = new AlarmMarks("trip", false, "medium");
        deliver(
                first,
                transition("g-2", "b", "unacknowledged unacknowledged", at + 99, "system", raised));
        deliver(
                second,
                transition("h-1", "a", "normal unacknowledged", at + 5 * SECOND, "", marked));

        var alarms = new AlarmStore(store);
        var rows = new ArrayList<>(alarms.find("g-2"));
        assertThat(rows)
                .singleElement()
                .satisfies(row -> {
                    assertThat(row.priority()).isEqualTo("high");
                    assertThat(row.context().cause()).isEqualTo("the cooler is clogged");
                    assertThat(row.context().consequence()).isEqualTo("the seal burns");
                    assertThat(row.context().respondWithinNanos()).isEqualTo(600 * SECOND);
                    assertThat(row.context().by()).isEqualTo("system");
                    assertThat(row.context().marks()).isEqualTo(raised);
                });
        assertThat(alarms.first("press-line-1", "trip"))
                .hasValueSatisfying(row -> {
                    assertThat(row.id()).isEqualTo("g-1");
                    assertThat(row.context().comment()).isEqualTo("on my way");
                });
    }
}
