package io.drme.driver.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.driver.DriverContract;
import io.drme.driver.DriverException;
import io.drme.driver.PushedDriver;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract over the simulator, and what only a broker that misbehaves can show. */
class MqttDriverContractTest implements DriverContract {
    private static final String BROKER =
            """
            every: 50ms
            user: drme
            password: right
            refuse: ["secret/#"]
            topics:
              hall/temperature: {value: 21.5}
              hall/climate: {fields: {hum: {value: 40}}, time: at}
              secret/1: {value: 1}
            """;
    private static final String OPEN = BROKER.replace("user: drme\npassword: right\n", "");
    private static final List<String> TAGS =
            List.of("{address: hall/temperature}", "{address: hall/climate, path: /temp}");

    @Override
    public Rig rig() throws Exception {
        return new MqttRig(OPEN, TAGS);
    }

    @Test
    void aTopicThatTheBrokerRefusesIsBadAndSparesItsNeighbours() throws Exception {
        var tags = List.of("{address: hall/temperature}", "{address: secret/1}");
        try (var rig = new MqttRig(OPEN, tags);
                var driver = rig.driver()) {
            driver.connect();
            assertThat(DriverContract.readAll(driver, rig))
                    .containsEntry(rig.known(), Quality.GOOD)
                    .containsEntry(rig.unknown(), Quality.bad(Reason.REFUSED));
            assertThat(driver.lastExchange(rig.unknown()).orElseThrow().error())
                    .startsWith("the broker refused the topic: code 0x87");
        }
    }

    @Test
    void aBrokerThatRefusesUsIsToldWithItsCode() throws Exception {
        try (var rig = new MqttRig(BROKER, TAGS);
                var driver = rig.driver()) {
            assertThatThrownBy(driver::connect)
                    .isInstanceOf(DriverException.Refused.class)
                    .hasMessageContaining("code 0x86: user or password is wrong");
        }
        try (var rig = new MqttRig(OPEN, TAGS);
                var driver = rig.driver()) {
            rig.faults().set("", new Fault(FaultKind.EXCEPTION, Duration.ZERO, 0x88), never());
            assertThatThrownBy(driver::connect)
                    .isInstanceOf(DriverException.Unreachable.class)
                    .hasMessageContaining("code 0x88: it is not available now");
        }
    }

    @Test
    void aPasswordIsTheFirstLineOfItsFileAsItStands(@TempDir Path dir) throws Exception {
        var file = dir.resolve("secret");
        var keys = "user: drme\npassword-file: '%s'".formatted(file);
        var blanks = BROKER.replace("right", "' right '");
        Files.writeString(file, " right \nof no account\n");
        try (var rig = new MqttRig(blanks, TAGS);
                var driver = rig.driverWith(keys)) {
            driver.connect();
            driver.disconnect();
            for (var empty : List.of("", "\nright\n")) {
                Files.writeString(file, empty);
                assertThatThrownBy(driver::connect)
                        .isInstanceOf(DriverException.Refused.class)
                        .hasMessageContaining("is empty; write the password into its first line");
            }
        }
    }

    // The library may still hand over what it had queued when a connection ended.
    @Test
    void whatADeadConnectionStillSaysIsNotHeard() throws Exception {
        try (var rig = new MqttRig(OPEN, TAGS);
                var driver = (MqttDriver) rig.driver()) {
            driver.connect();
            DriverContract.readAll(driver, rig);
            var dead = driver.listener().orElseThrow();
            driver.disconnect();
            var before = driver.lastExchange(rig.known());
            dead.message("hall/temperature", new byte[] {'9'}, false, List.of());
            assertThat(driver.lastExchange(rig.known())).isEqualTo(before);
        }
    }

    private static Optional<Duration> never() {
        return Optional.empty();
    }

    @Test
    void onePublisherMayFailWhileTheOthersGoOn() throws Exception {
        var tags =
                List.of(
                        "{address: hall/temperature, expire: 150ms}",
                        "{address: hall/climate, path: /hum}");
        try (var rig = new MqttRig(OPEN, tags);
                var driver = (PushedDriver) rig.driver()) {
            driver.connect();
            DriverContract.readAll(driver, rig);
            rig.faults().set("hall/temperature", Fault.of(FaultKind.SILENT), never());
            awaitQuality(driver, rig.known(), Quality.bad(Reason.STALE));
            rig.faults().set("hall/temperature", Fault.of(FaultKind.GARBAGE), never());
            awaitQuality(driver, rig.known(), Quality.bad(Reason.MALFORMED));
            rig.faults().set("hall/temperature", Fault.NONE, never());
            awaitQuality(driver, rig.known(), Quality.GOOD);
            assertThat(DriverContract.readAll(driver, rig))
                    .containsEntry(rig.unknown(), Quality.GOOD);
        }
    }

    private static void awaitQuality(PushedDriver driver, int tag, byte quality) throws Exception {
        while (true) {
            var batch = new Batch();
            DriverContract.readInto(driver, batch, Set.of(tag));
            for (int i = 0; i < batch.size(); i++) {
                if (batch.tags()[i] == tag && batch.qualities()[i] == quality) {
                    return;
                }
            }
        }
    }

    // What nobody takes must not fill the memory: the newest of each tag is kept.
    @Test
    void aFloodIsHeldToItsNewest() throws Exception {
        var flood = new StringBuilder("every: 10ms\ntopics:\n");
        var tags = new java.util.ArrayList<String>();
        for (int i = 0; i < 50; i++) {
            flood.append("  t/%d: {value: {counter: {every: 10ms}}}\n".formatted(i));
            tags.add("{address: t/%d, type: int64}".formatted(i));
        }
        try (var rig = new MqttRig(flood.toString(), tags);
                var driver = (MqttDriver) rig.driver()) {
            driver.connect();
            var clock = new io.drme.time.SystemClock();
            long deadline = clock.nanoTime() + LIMIT.toNanos();
            while (driver.lostValues() == 0) {
                assertThat(clock.nanoTime()).isLessThan(deadline);
                clock.sleep(Duration.ofMillis(10));
            }
            var batch = new Batch();
            driver.take(batch, Duration.ofMillis(10));
            // What waits, the newest of each tag behind it, and one that came meanwhile.
            assertThat(batch.size()).isLessThanOrEqualTo(MqttDriver.MAX_WAITING + tags.size() + 1);
            long lost = driver.lostValues();
            assertThat(lost).isPositive();
            driver.disconnect();
            long atTheEnd = driver.lostValues();
            assertThat(atTheEnd).isGreaterThanOrEqualTo(lost);
            driver.connect();
            assertThat(driver.lostValues()).isGreaterThanOrEqualTo(atTheEnd);
        }
    }
}
