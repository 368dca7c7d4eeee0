package io.drme.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.alarm.AlarmState;
import io.drme.alarm.Transition;
import io.drme.edge.config.GatewayConfigReader;
import io.drme.edge.recording.LogTail;
import io.drme.edge.state.OperatorState;
import io.drme.edge.state.StateFiles;
import io.drme.log.Store;
import io.drme.log.StoreConfig;
import io.drme.log.StoreSetup;
import io.drme.model.Batch;
import io.drme.model.GatewayId;
import io.drme.model.Quality;
import io.drme.model.TagName;
import io.drme.testing.ManualClock;
import io.drme.testing.SimulatedDisk;
import io.drme.time.Hlc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What pipelines and alarms know is there again after a restart, in virtual time. */
class StateDeskTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long START = 1_767_225_600 * SECOND;
    private static final TagName LEVEL = new TagName("press/level");
    private static final String CONFIG =
            """
            gateway: {id: line-1}
            devices:
              press:
                driver: modbus
                url: "tcp://127.0.0.1:1502"
                unit-id: 1
                tags: {level: {address: "holding:10", type: float64}}
            pipelines:
              smooth:
                from: ["press/level"]
                steps: [{aggregate: {window: 10s, functions: [max]}}]
                to: ["smooth/{tag}/{function}"]
            alarms:
              too-high: {tag: "press/level", high: 80, on-delay: 20s, priority: high, message: "Too high", action: "Look"}
            """;

    @TempDir private Path folder;
    private Layout.Ready first;

    @BeforeEach
    void placeTheFirst() throws Exception {
        first = place();
    }

    private Layout.Ready place() throws Exception {
        var file = folder.resolve("gateway.yaml");
        Files.writeString(file, CONFIG);
        var reader = new GatewayConfigReader(SystemTags.device().tags());
        return new Layout(reader.factories()).place(reader.read(file), file.toString());
    }

    private Layout.Ready restart(List<Transition> recorded, long now) throws Exception {
        var clock = new ManualClock();
        var random = new Random(1);
        var disk = new SimulatedDisk(random);
        var gateway = new GatewayId("line-1");
        try (var store =
                Store.open(new StoreSetup(disk, StoreConfig.defaults(), gateway, clock, random))) {
            var tail = new LogTail(store, Layout.DERIVED_GROUP);
            return new Restoration(tail, recorded, List.of(), clock, now, 1)
                    .run(
                            place(),
                            new StateFiles(folder)::load,
                            () -> {
                                throw new AssertionError("the snapshot fits");
                            })
                    .ready();
        }
    }

    private void save(Layout.Ready ready, long takenAt) throws Exception {
        new StateFiles(folder)
                .save(
                        new OperatorState(
                                Hlc.of(Math.ceilDiv(takenAt, 1_000_000), 0),
                                ready.plan().pipelines().snapshot(),
                                ready.plan().alarms().snapshot()));
    }

    /** Takes a value through pipelines and alarms; gives what the pipelines derived. */
    private static Batch see(Layout.Ready ready, double value, long at, List<Transition> sink) {
        int tag = ready.table().indexOf(LEVEL).orElseThrow();
        var batch = new Batch();
        batch.begin(1, Hlc.of(at / 1_000_000, 0));
        batch.addDouble(tag, at, value, Quality.GOOD);
        var derived = new Batch();
        derived.begin(0, batch.gatewayTime());
        ready.plan().pipelines().process(batch, derived);
        ready.plan().alarms().process(batch, sink::add);
        return derived;
    }

    private static void tick(Layout.Ready ready, long from, long to, List<Transition> sink) {
        for (long at = from; at <= to; at += SECOND) {
            ready.plan().alarms().tick(at, sink::add);
        }
    }

    @Test
    void aDelayThatRanGoesOnAfterARestart() throws Exception {
        var before = new ArrayList<Transition>();
        see(first, 90, START, before);
        tick(first, START, START + 15 * SECOND, before);
        save(first, START + 15 * SECOND);

        var second = restart(List.of(), START + 16 * SECOND);
        var after = new ArrayList<Transition>();
        tick(second, START + 16 * SECOND, START + 19 * SECOND, after);
        assertThat(before).isEmpty();
        assertThat(after).as("4 s, and not 20, are left").isEmpty();
        tick(second, START + 20 * SECOND, START + 20 * SECOND, after);
        assertThat(after).extracting(Transition::to).containsExactly(AlarmState.UNACKNOWLEDGED);
    }

    // What was recorded before the snapshot is in it: taken over again it would end the delay.
    @Test
    void whatWasRecordedBeforeTheSnapshotDoesNotEndTheDelay() throws Exception {
        var recorded = new ArrayList<Transition>();
        see(first, 90, START, recorded);
        tick(first, START, START + 20 * SECOND, recorded);
        see(first, 50, START + 21 * SECOND, recorded);
        assertThat(recorded).hasSize(2);
        see(first, 90, START + 22 * SECOND, recorded);
        save(first, START + 22 * SECOND + 1);

        var second = restart(recorded, START + 23 * SECOND);
        var after = new ArrayList<Transition>();
        tick(second, START + 23 * SECOND, START + 42 * SECOND, after);
        assertThat(after).extracting(Transition::to).containsExactly(AlarmState.UNACKNOWLEDGED);
    }

    @Test
    void whatWasRecordedAfterTheSnapshotDecides() throws Exception {
        var recorded = new ArrayList<Transition>();
        see(first, 90, START, recorded);
        save(first, START);
        tick(first, START, START + 20 * SECOND, recorded);
        assertThat(recorded).hasSize(1);

        var second = restart(recorded, START + 21 * SECOND);
        assertThat(second.plan().alarms().present())
                .extracting(p -> p.state())
                .containsExactly(AlarmState.UNACKNOWLEDGED);
    }

    @Test
    void aWindowThatWasOpenKeepsWhatItSaw() throws Exception {
        see(first, 77, START + SECOND, new ArrayList<>());
        save(first, START + 2 * SECOND);

        var second = restart(List.of(), START + 3 * SECOND);
        see(second, 12, START + 4 * SECOND, new ArrayList<>());
        var derived = new Batch();
        derived.begin(0, Hlc.of((START + 11 * SECOND) / 1_000_000, 0));
        second.plan().pipelines().tick(START + 11 * SECOND, derived);
        assertThat(derived.size()).isEqualTo(1);
        assertThat(derived.doubleAt(0)).isEqualTo(77);
    }

    @Test
    void withoutASnapshotTheRecordAloneDecides() throws Exception {
        var recorded = new ArrayList<Transition>();
        see(first, 90, START, recorded);
        tick(first, START, START + 20 * SECOND, recorded);

        var second = restart(recorded, START + 21 * SECOND);
        assertThat(second.plan().alarms().present()).hasSize(1);
    }
}
