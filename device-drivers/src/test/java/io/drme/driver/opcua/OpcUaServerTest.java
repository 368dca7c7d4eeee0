package io.drme.driver.opcua;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.driver.Driver;
import io.drme.driver.DriverContract;
import io.drme.driver.DriverException;
import io.drme.driver.PushedDriver;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reading;
import io.drme.model.Reason;
import io.drme.model.Value;
import io.drme.model.ValueType;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import io.drme.time.SystemClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.eclipse.milo.opcua.stack.core.StatusCodes;
import org.eclipse.milo.opcua.stack.core.types.builtin.StatusCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the driver makes of a server, and of what happens to servers. */
@Timeout(60)
class OpcUaServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static final String TYPES =
            """
            path: /boiler
            security: none
            nodes:
              "nsu=urn:acme:boiler;s=bool": {type: boolean, value: true}
              "nsu=urn:acme:boiler;i=16": {type: int16, value: -7}
              "nsu=urn:acme:boiler;g=09087e75-8e5e-499b-954f-f2a9603db28a": {type: uint32, value: 4000000000}
              "nsu=urn:acme:boiler;b=AQID": {type: int64, value: 9007199254740993}
              "nsu=urn:acme:boiler;s=float": {type: float, value: 0.1}
              'nsu=urn:acme:boiler;s="DB_Press"."Oil"."Temp"': {type: double, value: 71.25}
              "nsu=urn:acme:boiler;s=text": {type: string, value: "Kessel 3"}
              "nsu=urn:acme:boiler;s=uncertain": {value: 1.5, status: Uncertain_LastUsableValue}
              "nsu=urn:acme:boiler;s=bad": {value: 1.5, status: Bad_SensorFailure}
              "nsu=urn:acme:boiler;s=unstamped": {value: 1.5, source-time: false}
            """;

    @TempDir Path directory;

    @Test
    void everyKindOfNodeAndTypeIsReadExactly() throws Exception {
        var tags =
                List.of(
                        "{address: 'nsu=urn:acme:boiler;s=bool', type: bool}",
                        "{address: 'nsu=urn:acme:boiler;i=16', type: int64}",
                        "{address: 'nsu=urn:acme:boiler;g=09087e75-8e5e-499b-954f-f2a9603db28a'}",
                        "{address: 'nsu=urn:acme:boiler;b=AQID', type: int64}",
                        "{address: 'nsu=urn:acme:boiler;s=float'}",
                        "{address: 'nsu=urn:acme:boiler;s=\"DB_Press\".\"Oil\".\"Temp\"'}",
                        "{address: 'nsu=urn:acme:boiler;s=text', type: text}",
                        "{address: 'nsu=urn:acme:boiler;s=uncertain'}",
                        "{address: 'nsu=urn:acme:boiler;s=bad'}",
                        "{address: 'nsu=urn:acme:boiler;s=text'}",
                        "{address: 'nsu=urn:acme:boiler;b=AQID'}",
                        "{address: 'nsu=urn:nobody;s=x'}",
                        "{address: 'nsu=urn:acme:boiler;s=unstamped'}");
        try (var rig = new OpcUaRig(directory, TYPES, "", tags);
                var driver = rig.driver()) {
            driver.connect();
            var types =
                    List.of(
                            ValueType.BOOLEAN,
                            ValueType.INT64,
                            ValueType.FLOAT64,
                            ValueType.INT64,
                            ValueType.FLOAT64,
                            ValueType.FLOAT64,
                            ValueType.TEXT);
            assertThat(readings(driver, rig.tags(), types))
                    .containsExactlyInAnyOrderEntriesOf(
                            Map.ofEntries(
                                    Map.entry(0, good(new Value.Bool(true))),
                                    Map.entry(1, good(new Value.Int(-7))),
                                    Map.entry(2, good(new Value.Real(4_000_000_000.0))),
                                    Map.entry(3, good(new Value.Int(9_007_199_254_740_993L))),
                                    Map.entry(4, good(new Value.Real(0.1))),
                                    Map.entry(5, good(new Value.Real(71.25))),
                                    Map.entry(6, good(new Value.Text("Kessel 3"))),
                                    Map.entry(
                                            7,
                                            new Reading.Uncertain(
                                                    new Value.Real(1.5), Reason.STALE)),
                                    Map.entry(8, new Reading.Bad(Reason.SENSOR_FAILURE)),
                                    Map.entry(9, new Reading.Bad(Reason.MALFORMED)),
                                    Map.entry(10, new Reading.Bad(Reason.OUT_OF_RANGE)),
                                    Map.entry(11, new Reading.Bad(Reason.UNKNOWN_ADDRESS)),
                                    Map.entry(12, good(new Value.Real(1.5)))));
        }
    }

    private static Reading good(Value value) {
        return new Reading.Good(value);
    }

    private static Map<Integer, Reading> readings(
            Driver driver, Set<Integer> tags, List<ValueType> types) throws Exception {
        var batch = new Batch();
        DriverContract.readInto(driver, batch, tags);
        var readings = new TreeMap<Integer, Reading>();
        for (int i = 0; i < batch.size(); i++) {
            int tag = batch.tags()[i] - OpcUaRig.FIRST_INDEX;
            var type = tag < types.size() ? types.get(tag) : ValueType.FLOAT64;
            readings.put(tag, batch.readingAt(i, type));
            assertThat(batch.sourceTimes()[i]).isPositive();
        }
        return readings;
    }

    @Test
    void statusOfADeviceThatFailsArrivesAndGoesAgain() throws Exception {
        try (var rig =
                        new OpcUaRig(
                                directory,
                                OpcUaDriverTest.SERVER,
                                "",
                                List.of(OpcUaDriverTest.TAGS.getFirst()));
                var driver = (PushedDriver) rig.driver()) {
            driver.connect();
            awaitQuality(driver, Quality.GOOD);
            rig.faults().set(Faults.WHOLE, Fault.of(FaultKind.EXCEPTION), Optional.empty());
            awaitQuality(driver, Quality.bad(Reason.SENSOR_FAILURE));
            rig.faults().set(Faults.WHOLE, Fault.NONE, Optional.empty());
            awaitQuality(driver, Quality.GOOD);
        }
    }

    // A person reads this at the device list; Netty's class names would tell them nothing.
    @Test
    void serverThatDoesNotRunIsSaidInPlainWords() throws Exception {
        try (var rig =
                        new OpcUaRig(
                                directory,
                                OpcUaDriverTest.SERVER,
                                "",
                                List.of(OpcUaDriverTest.TAGS.getFirst()));
                var driver = (OpcUaDriver) rig.driver()) {
            rig.kill();
            assertThatThrownBy(driver::connect)
                    .isInstanceOf(DriverException.Unreachable.class)
                    .hasMessageContaining("connection refused; is the device on")
                    .hasMessageNotContaining("Exception");
        }
    }

    // Milo brings the session back after a quick restart, but not what was subscribed.
    @Test
    void subscriptionIsMadeAnewInPlaceWhenTheServerForgotIt() throws Exception {
        try (var rig =
                        new OpcUaRig(
                                directory,
                                OpcUaDriverTest.SERVER,
                                "",
                                List.of(OpcUaDriverTest.TAGS.getFirst()));
                var driver = (OpcUaDriver) rig.driver()) {
            driver.connect();
            awaitQuality(driver, Quality.GOOD);
            rig.kill();
            rig.restart();
            long restarted = new SystemClock().epochNanos();
            try {
                awaitSourceTimeAfter(driver, restarted);
            } catch (DriverException.Unreachable e) {
                // A busy machine may take longer to start the server than a session is waited for.
                assertThat(e).hasMessageContaining("the session is lost");
                driver.disconnect();
                driver.connect();
                awaitSourceTimeAfter(driver, restarted);
            }
        }
    }

    @Test
    void subscriptionThatTheServerEndsIsMadeAnewWithoutLosingTheSession() throws Exception {
        try (var rig =
                        new OpcUaRig(
                                directory,
                                OpcUaDriverTest.SERVER,
                                "",
                                List.of(OpcUaDriverTest.TAGS.getFirst()));
                var driver = (OpcUaDriver) rig.driver()) {
            driver.connect();
            awaitQuality(driver, Quality.GOOD);
            for (int round = 0; round < 20; round++) {
                driver.endSubscription(new StatusCode(StatusCodes.Good_SubscriptionTransferred));
                awaitSourceTimeAfter(driver, new SystemClock().epochNanos());
            }
            assertThat(driver.resubscribed()).isEqualTo(20);
        }
    }

    // Keep-alives go on, so neither Milo nor the watch on silence has anything to say.
    @Test
    void aSubscriptionThatTellsNothingAnyMoreIsFoundByReadingAndMadeAnew() throws Exception {
        var server =
                """
                path: /boiler
                security: none
                tick: 50ms
                nodes:
                  "nsu=urn:acme:boiler;s=count": {value: {counter: {every: 100ms}}}
                  "nsu=urn:acme:boiler;s=fixed": {value: 1.5}
                """;
        var tags =
                List.of(
                        "{address: 'nsu=urn:acme:boiler;s=count', type: int64, sampling: 50ms}",
                        "{address: 'nsu=urn:acme:boiler;s=fixed', sampling: 50ms}");
        try (var rig = new OpcUaRig(directory, server, "\ncross-read: 200ms", tags);
                var driver = (OpcUaDriver) rig.driver()) {
            driver.connect();
            var clock = new SystemClock();
            long begun = clock.epochNanos();
            awaitSourceTimeAfter(driver, begun + Duration.ofSeconds(3).toNanos());
            assertThat(driver.resubscribed()).as("while all is well").isZero();
            rig.faults().set(Faults.WHOLE, Fault.of(FaultKind.FROZEN), Optional.empty());
            long deadline = clock.nanoTime() + LIMIT.toNanos();
            while (driver.resubscribed() == 0) {
                assertThat(clock.nanoTime()).as("time until it is found").isLessThan(deadline);
                driver.take(new Batch(), Duration.ofMillis(50));
            }
            awaitSourceTimeAfter(driver, clock.epochNanos());
            assertThat(driver.resubscribed()).isOne();
            assertThat(driver.lostValues()).isPositive();
            assertThat(driver.lastExchange(OpcUaRig.FIRST_INDEX).orElseThrow().error())
                    .contains("did not tell a change that a read showed");
            assertThat(driver.lastExchange(OpcUaRig.FIRST_INDEX + 1)).isEmpty();
        }
    }

    // The index of a namespace moves when a server is changed; its URI does not.
    @Test
    void namespaceIsLookedUpAnewAtEveryConnect() throws Exception {
        var moved =
                """
                path: /boiler
                nodes:
                  "nsu=urn:acme:added;s=Boiler.Pressure": {value: -1.0}
                  "nsu=urn:acme:boiler;s=Boiler.Pressure": {value: 4.5}
                """;
        try (var rig =
                        new OpcUaRig(
                                directory,
                                OpcUaDriverTest.SERVER,
                                "",
                                List.of(OpcUaDriverTest.TAGS.getFirst()));
                var driver = rig.driver()) {
            driver.connect();
            DriverContract.readAll(driver, rig);
            driver.disconnect();
            rig.restartAs(moved);
            driver.connect();
            assertThat(readings(driver, rig.tags(), List.of()))
                    .containsEntry(0, good(new Value.Real(4.5)));
        }
    }

    private static void awaitQuality(PushedDriver driver, byte quality) throws Exception {
        var clock = new SystemClock();
        long deadline = clock.nanoTime() + LIMIT.toNanos();
        while (true) {
            assertThat(clock.nanoTime()).as("quality %d", quality).isLessThan(deadline);
            var batch = new Batch();
            driver.take(batch, Duration.ofMillis(100));
            if (batch.size() > 0 && batch.qualities()[batch.size() - 1] == quality) {
                return;
            }
        }
    }

    private static void awaitSourceTimeAfter(PushedDriver driver, long time) throws Exception {
        var clock = new SystemClock();
        long deadline = clock.nanoTime() + LIMIT.toNanos();
        while (true) {
            assertThat(clock.nanoTime()).as("a sample after the restart").isLessThan(deadline);
            var batch = new Batch();
            driver.take(batch, Duration.ofMillis(100));
            if (batch.size() > 0 && batch.sourceTimes()[batch.size() - 1] > time) {
                return;
            }
        }
    }
}
