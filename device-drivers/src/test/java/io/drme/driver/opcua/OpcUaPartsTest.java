package io.drme.driver.opcua;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.driver.DriverContract;
import io.drme.driver.PushedDriver;
import io.drme.driver.SimulatorRig;
import io.drme.model.Batch;
import io.drme.model.Reading;
import io.drme.model.Reason;
import io.drme.model.Value;
import io.drme.time.SystemClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Elements of arrays, names of codes and fields of structures, and what is said where they lack.
 */
@Timeout(60)
class OpcUaPartsTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String SERVER =
            """
            path: /boiler
            security: none
            nodes:
              "nsu=urn:acme:boiler;s=zones": {type: float, value: 20.5, elements: 4}
              "nsu=urn:acme:boiler;s=matrix": {type: int32, value: 100, elements: "2,3"}
              "nsu=urn:acme:boiler;s=labels": {value: "zone", elements: 3}
              "nsu=urn:acme:boiler;s=one": {value: 1.5}
              "nsu=urn:acme:boiler;s=mode": {value: 1, names: {0: "off", 1: running, 2: fault}}
              "nsu=urn:acme:boiler;s=odd": {value: 7, names: {0: "off", 1: running}}
              "nsu=urn:acme:boiler;s=axis":
                fields:
                  name: {value: "X"}
                  position: {type: float, value: 0.1}
                  state: {value: 2, names: {0: "off", 2: moving}}
                  limits: {type: int16, value: -5, elements: 3}
                  drive:
                    fields:
                      current: {type: double, value: 3.25}
                      hot: {value: true}
            """;

    @TempDir Path directory;

    private static String tag(String node, String more) {
        return "{address: 'nsu=urn:acme:boiler;s=%s', %s}".formatted(node, more);
    }

    private static Reading good(Value value) {
        return new Reading.Good(value);
    }

    private static Reading bad(Reason reason) {
        return new Reading.Bad(reason);
    }

    private record Case(String tag, Reading expected, String why) {}

    /** Reads the tags of all cases at once and compares them one by one. */
    private void check(List<Case> cases) throws Exception {
        var tags = cases.stream().map(Case::tag).toList();
        try (var rig = new OpcUaRig(directory, SERVER, "", tags)) {
            var built = rig.built();
            try (var driver = built.driver()) {
                driver.connect();
                var batch = new Batch();
                DriverContract.readInto(driver, batch, rig.tags());
                Map<String, Reading> read = new TreeMap<>();
                Map<String, Reading> expected = new TreeMap<>();
                for (int i = 0; i < batch.size(); i++) {
                    int tag = batch.tags()[i] - SimulatorRig.FIRST_INDEX;
                    read.put(
                            tags.get(tag),
                            batch.readingAt(i, built.spec().tags().get(tag).rawType()));
                }
                cases.forEach(c -> expected.put(c.tag(), c.expected()));
                assertThat(read).containsExactlyInAnyOrderEntriesOf(expected);
                for (int i = 0; i < cases.size(); i++) {
                    var note = driver.lastExchange(SimulatorRig.FIRST_INDEX + i);
                    assertThat(note.map(e -> e.error()).orElse(""))
                            .as(tags.get(i))
                            .contains(cases.get(i).why());
                    assertThat(note.isPresent()).isEqualTo(!cases.get(i).why().isEmpty());
                }
            }
        }
    }

    // An element that is another's, or a whole array taken for a value, would be wrong data.
    @Test
    void elementsOfArraysAreReadAndWhatIsNotThereIsBadWithItsReason() throws Exception {
        check(
                List.of(
                        new Case(tag("zones", "element: 0"), good(new Value.Real(20.5)), ""),
                        new Case(tag("zones", "element: 3"), good(new Value.Real(23.5)), ""),
                        new Case(
                                tag("zones", "element: 4"),
                                bad(Reason.UNKNOWN_ADDRESS),
                                "Bad_IndexRangeNoData"),
                        new Case(
                                tag("zones", "sampling: 500ms"),
                                bad(Reason.MALFORMED),
                                "an array of 4; name one by element: 0 to 3"),
                        new Case(
                                tag("matrix", "element: \"1,2\", type: int64"),
                                good(new Value.Int(105)),
                                ""),
                        new Case(
                                tag("matrix", "element: \"0,1\", type: int64"),
                                good(new Value.Int(101)),
                                ""),
                        new Case(
                                tag("labels", "element: 2, type: text"),
                                good(new Value.Text("zone-2")),
                                ""),
                        new Case(
                                tag("one", "element: 0"),
                                bad(Reason.UNKNOWN_ADDRESS),
                                "Bad_IndexRange")));
    }

    @Test
    void codesHaveTheServersNamesAsTextAndAreNumbersOtherwise() throws Exception {
        check(
                List.of(
                        new Case(tag("mode", "type: text"), good(new Value.Text("running")), ""),
                        new Case(tag("mode", "type: int64"), good(new Value.Int(1)), ""),
                        new Case(tag("mode", "type: float64"), good(new Value.Real(1)), ""),
                        new Case(tag("odd", "type: text"), good(new Value.Text("7")), ""),
                        new Case(
                                tag("mode", "enum: {1: läuft}"), good(new Value.Text("läuft")), ""),
                        new Case(
                                tag("odd", "enum: {1: läuft}"),
                                bad(Reason.OUT_OF_RANGE),
                                "enum has no name"),
                        new Case(
                                tag("one", "enum: {1: läuft}"),
                                bad(Reason.MALFORMED),
                                "that is no text")));
    }

    @Test
    void fieldsOfStructuresAreDecodedByWhatTheServerSaysOfItsTypes() throws Exception {
        check(
                List.of(
                        new Case(tag("axis", "field: position"), good(new Value.Real(0.1)), ""),
                        new Case(
                                tag("axis", "field: name, type: text"),
                                good(new Value.Text("X")),
                                ""),
                        new Case(
                                tag("axis", "field: state, type: int64"),
                                good(new Value.Int(2)),
                                ""),
                        new Case(
                                tag("axis", "field: state, type: text"),
                                good(new Value.Text("moving")),
                                ""),
                        new Case(
                                tag("axis", "field: \"limits[2]\", type: int64"),
                                good(new Value.Int(-3)),
                                ""),
                        new Case(
                                tag("axis", "field: drive/current"),
                                good(new Value.Real(3.25)),
                                ""),
                        new Case(
                                tag("axis", "field: drive/hot, type: bool"),
                                good(new Value.Bool(true)),
                                ""),
                        new Case(
                                tag("axis", "field: speed"),
                                bad(Reason.UNKNOWN_ADDRESS),
                                "no field 'speed' now; there are: name, position, state, limits, drive"),
                        new Case(
                                tag("axis", "field: \"limits[3]\""),
                                bad(Reason.UNKNOWN_ADDRESS),
                                "has 3 elements now"),
                        new Case(
                                tag("axis", "field: drive"),
                                bad(Reason.MALFORMED),
                                "name one of its fields"),
                        new Case(
                                tag("axis", "type: text"),
                                bad(Reason.MALFORMED),
                                "name one of its fields"),
                        new Case(
                                tag("one", "field: x"),
                                bad(Reason.MALFORMED),
                                "no structure; remove field")));
    }

    // Queue 1 at a server that looks every 10 ms and tells every 50: the rest can't but be lost.
    @Test
    void valuesThatTheServersQueueHadNoRoomForAreCountedAndTold() throws Exception {
        var server =
                """
                path: /boiler
                security: none
                tick: 10ms
                nodes:
                  "nsu=urn:acme:boiler;s=count": {value: {counter: {every: 10ms}}}
                """;
        var tags =
                List.of(
                        tag("count", "type: int64, sampling: 10ms, queue: 2"),
                        tag("count", "type: int64, sampling: 10ms, queue: 100"));
        try (var rig = new OpcUaRig(directory, server, "", tags);
                var driver = (PushedDriver) rig.driver()) {
            driver.connect();
            assertThat(driver.lostValues()).isZero();
            var roomy = new ArrayList<Long>();
            var clock = new SystemClock();
            long deadline = clock.nanoTime() + LIMIT.toNanos();
            while (roomy.size() < 50) {
                assertThat(clock.nanoTime()).isLessThan(deadline);
                var batch = new Batch();
                driver.take(batch, Duration.ofMillis(100));
                for (int i = 0; i < batch.size(); i++) {
                    if (batch.tags()[i] == SimulatorRig.FIRST_INDEX + 1) {
                        roomy.add(batch.bits()[i]);
                    }
                }
            }
            assertThat(driver.lostValues()).isPositive();
            assertThat(driver.lastExchange(SimulatorRig.FIRST_INDEX).orElseThrow().error())
                    .contains("lost at the server", "had room for 2", "raise queue");
            assertThat(driver.lastExchange(SimulatorRig.FIRST_INDEX + 1)).isEmpty();
            assertThat(roomy).as("a queue that is long enough").isSorted().doesNotHaveDuplicates();
        }
    }

    // A width of 10 % of 0..100 passes every tenth step of one; the others stay at the server.
    @Test
    void theServerKeepsChangesWithinTheDeadbandToItself() throws Exception {
        var server =
                """
                path: /boiler
                security: none
                tick: 20ms
                nodes:
                  "nsu=urn:acme:boiler;s=level": {type: double, range: 0..100, value: {counter: {every: 20ms}}}
                  "nsu=urn:acme:boiler;s=plain": {type: double, value: {counter: {every: 20ms}}}
                """;
        var tags =
                List.of(
                        tag("level", "sampling: 20ms, server-deadband: \"10 %\""),
                        tag("level", "sampling: 20ms, server-deadband: 5"),
                        tag("plain", "sampling: 20ms, server-deadband: \"10 %\""));
        try (var rig = new OpcUaRig(directory, server, "", tags);
                var driver = (PushedDriver) rig.driver()) {
            driver.connect();
            var steps =
                    List.of(
                            new ArrayList<Double>(),
                            new ArrayList<Double>(),
                            new ArrayList<Double>());
            var clock = new SystemClock();
            long deadline = clock.nanoTime() + LIMIT.toNanos();
            while (steps.get(0).size() < 4
                    || differences(steps.get(1)).stream().noneMatch(d -> d <= 10)
                    || differences(steps.get(2)).stream().noneMatch(d -> d <= 5)) {
                assertThat(clock.nanoTime()).isLessThan(deadline);
                var batch = new Batch();
                driver.take(batch, Duration.ofMillis(100));
                for (int i = 0; i < batch.size(); i++) {
                    steps.get(batch.tags()[i] - SimulatorRig.FIRST_INDEX)
                            .add(Double.longBitsToDouble(batch.bits()[i]));
                }
            }
            assertThat(differences(steps.get(0))).allMatch(d -> d > 10);
            assertThat(differences(steps.get(1))).allMatch(d -> d > 5).anyMatch(d -> d <= 10);
            assertThat(differences(steps.get(2)))
                    .as("a node without a range: every change")
                    .anyMatch(d -> d <= 5);
            assertThat(driver.lastExchange(SimulatorRig.FIRST_INDEX + 2).orElseThrow().error())
                    .contains("refuses server-deadband");
        }
    }

    private static List<Double> differences(List<Double> values) {
        var differences = new ArrayList<Double>();
        for (int i = 1; i < values.size(); i++) {
            differences.add(values.get(i) - values.get(i - 1));
        }
        return differences;
    }
}
