package io.drme.driver.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.driver.DeviceFixture;
import io.drme.driver.DeviceLoop;
import io.drme.driver.DeviceStatus.State;
import io.drme.driver.DriverException;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import io.drme.time.SystemClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The driver against a broker that we did not write. */
@Timeout(60)
class MosquittoTest {
    private static final String OPEN = "allow_anonymous true";
    private static final Duration LIMIT = Duration.ofSeconds(15);
    private static final long SOME_TIME = 1_767_225_600_000_000_000L; // 2026-01-01T00:00:00Z

    @TempDir private Path folder;

    private final SystemClock clock = new SystemClock();
    private final MqttDriverFactory factory = new MqttDriverFactory();

    /** A reading as a person sees it: path, value or reason. */
    private record Seen(String tag, String reading, long sourceTime) {}

    private MqttDriver driver(DeviceFixture fixture) {
        return (MqttDriver) factory.create(fixture.spec(), fixture.groups(), folder, clock);
    }

    private DeviceFixture fixture(int port, String keys, String... tags) {
        return fixture("wearables", "mqtt://127.0.0.1:" + port, keys, tags);
    }

    private DeviceFixture fixture(String name, String url, String keys, String... tags) {
        var yaml = new StringBuilder("url: \"%s\"\ntimeout: 5s\n".formatted(url));
        keys.lines().forEach(line -> yaml.append(line).append('\n'));
        yaml.append("tags:\n");
        List.of(tags).forEach(tag -> yaml.append("  ").append(tag).append('\n'));
        return DeviceFixture.of(name, factory, yaml.toString());
    }

    /** Takes until there are so many samples. */
    private List<Seen> take(MqttDriver driver, DeviceFixture fixture, int count) throws Exception {
        var batch = new Batch();
        long deadline = clock.nanoTime() + LIMIT.toNanos();
        while (batch.size() < count) {
            assertThat(clock.nanoTime()).as("%d samples", batch.size()).isLessThan(deadline);
            driver.take(batch, Duration.ofMillis(100));
        }
        return seen(fixture, batch);
    }

    private static List<Seen> seen(DeviceFixture fixture, Batch batch) {
        var all = new ArrayList<Seen>();
        for (int i = 0; i < batch.size(); i++) {
            var spec = fixture.spec().tags().get(batch.tags()[i] - DeviceFixture.FIRST_TABLE_INDEX);
            all.add(
                    new Seen(
                            spec.name().text().substring(fixture.spec().name().length() + 1),
                            reading(batch, i, spec.rawType()),
                            batch.sourceTimes()[i]));
        }
        return all;
    }

    private static String reading(Batch batch, int i, ValueType type) {
        byte quality = batch.qualities()[i];
        if (Quality.isBad(quality)) {
            return "bad " + Quality.reason(quality).text();
        }
        var value =
                switch (type) {
                    case BOOLEAN -> Boolean.toString(batch.bits()[i] != 0);
                    case INT64 -> Long.toString(batch.bits()[i]);
                    case FLOAT64 -> Double.toString(batch.doubleAt(i));
                    case TEXT -> String.valueOf(batch.text(i));
                };
        return Quality.isGood(quality)
                ? value
                : value + " uncertain " + Quality.reason(quality).text();
    }

    @Test
    void plainPayloadsBecomeValuesOfTheTagsType() throws Exception {
        try (var broker = Mosquitto.start(folder.resolve("a"), OPEN)) {
            var fixture =
                    fixture(
                            broker.port(),
                            "",
                            "temp: {address: hall/temp}",
                            "count: {address: hall/count, type: int64}",
                            "door: {address: hall/door, type: bool}",
                            "state: {address: hall/state, type: text}");
            try (var driver = driver(fixture)) {
                driver.connect();
                broker.publish("hall/temp", "23.5", false);
                broker.publish("hall/count", "9007199254740993", false);
                broker.publish("hall/door", "ON", false);
                broker.publish("hall/state", "läuft", false);
                broker.publish("hall/other", "7", false);
                broker.publish("hall/temp", "23,5", false);
                var seen = take(driver, fixture, 5);
                assertThat(seen)
                        .extracting(s -> s.tag() + " " + s.reading())
                        .containsExactly(
                                "temp 23.5",
                                "count 9007199254740993",
                                "door true",
                                "state läuft",
                                "temp bad malformed");
                var why = driver.lastExchange(fixture.index("temp")).orElseThrow();
                assertThat(why.request()).isEqualTo("subscribe hall/temp, qos 1");
                assertThat(why.answer()).endsWith("hall/temp: 23,5");
                assertThat(why.error())
                        .isEqualTo("the payload '23,5' is not a number such as 23.5");
            }
        }
    }

    @Test
    void aPathLeadsToTheValueAndToItsTime() throws Exception {
        try (var broker = Mosquitto.start(folder.resolve("a"), OPEN)) {
            var fixture =
                    fixture(
                            broker.port(),
                            "",
                            "pulse: {address: ward/1, path: /bpm, time-path: /at, time-format: ms}",
                            "spo2: {address: ward/1, path: /more/0/spo2}",
                            "note: {address: ward/1, path: /note, type: text, optional: true}");
            try (var driver = driver(fixture)) {
                driver.connect();
                broker.publish(
                        "ward/1",
                        "{\"bpm\": 71, \"at\": 1767225600000, \"more\": [{\"spo2\": 98.5}]}",
                        false);
                assertThat(take(driver, fixture, 2))
                        .satisfiesExactly(
                                pulse -> {
                                    assertThat(pulse.reading()).isEqualTo("71.0");
                                    assertThat(pulse.sourceTime()).isEqualTo(SOME_TIME);
                                },
                                spo2 -> assertThat(spo2.reading()).isEqualTo("98.5"));
            }
        }
    }

    // What the broker kept may be years old; only a message that tells its time is to be trusted.
    @Test
    void aKeptMessageIsUncertainUnlessItTellsItsTime() throws Exception {
        try (var broker = Mosquitto.start(folder.resolve("a"), OPEN)) {
            broker.publish("tank/level", "4.5", true);
            broker.publish("tank/json", "{\"v\": 7, \"t\": \"2026-01-01T01:00:00+01:00\"}", true);
            var fixture =
                    fixture(
                            broker.port(),
                            "",
                            "level: {address: tank/level}",
                            "trusted: {address: tank/level, retained: good}",
                            "skipped: {address: tank/level, retained: skip}",
                            "timed: {address: tank/json, path: /v, time-path: /t}");
            try (var driver = driver(fixture)) {
                driver.connect();
                var seen = take(driver, fixture, 3);
                assertThat(seen)
                        .extracting(s -> s.tag() + " " + s.reading())
                        .containsExactlyInAnyOrder(
                                "level 4.5 uncertain stale", "trusted 4.5", "timed 7.0");
                assertThat(seen)
                        .filteredOn(s -> s.tag().equals("timed"))
                        .extracting(Seen::sourceTime)
                        .containsExactly(SOME_TIME);
                broker.publish("tank/level", "4.6", true);
                assertThat(take(driver, fixture, 3))
                        .extracting(s -> s.tag() + " " + s.reading())
                        .containsExactlyInAnyOrder("level 4.6", "trusted 4.6", "skipped 4.6");
            }
        }
    }

    @Test
    void theLastWillOfAPublisherArrives() throws Exception {
        try (var broker = Mosquitto.start(folder.resolve("a"), OPEN)) {
            var fixture =
                    fixture(broker.port(), "", "state: {address: status/sensor-1, type: text}");
            try (var driver = driver(fixture)) {
                driver.connect();
                var sensor = broker.publisher("sensor-1");
                sensor.disconnectForcibly(0, 1, false);
                sensor.close(true);
                assertThat(take(driver, fixture, 1).getFirst().reading()).isEqualTo("offline");
            }
        }
    }

    @Test
    void silenceOfAPublisherIsToldThoughTheBrokerLives() throws Exception {
        try (var broker = Mosquitto.start(folder.resolve("a"), OPEN)) {
            var fixture =
                    fixture(
                            broker.port(),
                            "",
                            "a: {address: x/a, expire: 200ms}",
                            "b: {address: x/b}");
            try (var driver = driver(fixture)) {
                driver.connect();
                broker.publish("x/a", "1", false);
                broker.publish("x/b", "2", false);
                assertThat(take(driver, fixture, 3))
                        .extracting(s -> s.tag() + " " + s.reading())
                        .containsExactly("a 1.0", "b 2.0", "a bad stale");
                broker.publish("x/a", "3", false);
                assertThat(take(driver, fixture, 1).getFirst().reading()).isEqualTo("3.0");
            }
        }
    }

    @Test
    void aWrongPasswordIsRefusedWithWhatToDo() throws Exception {
        // The hash of 'right', as mosquitto_passwd writes it.
        var home = Files.createDirectories(folder.resolve("a"));
        var made =
                new ProcessBuilder("mosquitto_passwd", "-b", "-c", "users", "drme", "right")
                        .directory(home.toFile())
                        .inheritIO()
                        .start();
        assertThat(made.waitFor(10, TimeUnit.SECONDS)).isTrue();
        try (var broker = Mosquitto.start(home, "allow_anonymous false\npassword_file users")) {
            var secret = folder.resolve("secret");
            Files.writeString(secret, "wrong\n");
            Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
            var signIn = "user: drme\npassword-file: " + secret;
            var fixture = fixture(broker.port(), signIn, "a: {address: x/a}");
            try (var driver = driver(fixture)) {
                assertThatThrownBy(driver::connect)
                        .isInstanceOf(DriverException.Refused.class)
                        .hasMessageContaining("wearables (mqtt://127.0.0.1:")
                        .hasMessageContaining("password-file")
                        .hasMessageNotContaining("wrong\n");
                Files.writeString(secret, "right\n");
                driver.connect();
                assertThat(driver.take(new Batch(), Duration.ofMillis(1))).isTrue();
            }
            var anonymous = fixture(broker.port(), "", "a: {address: x/a}");
            try (var driver = driver(anonymous)) {
                assertThatThrownBy(driver::connect)
                        .isInstanceOf(DriverException.Refused.class)
                        .hasMessageContaining("user and password");
            }
        }
    }

    @Test
    void tlsNeedsTheAuthorityAndTheBrokerMayWantOurCertificate() throws Exception {
        var home = folder.resolve("a");
        for (var name : List.of("broker", "drme", "stranger")) {
            Mosquitto.certificate(home, name);
        }
        try (var broker =
                Mosquitto.start(
                        home,
                        OPEN
                                + "\nkeyfile broker.key\ncertfile broker.pem"
                                + "\ncafile drme.pem\nrequire_certificate true")) {
            var url = "mqtts://127.0.0.1:" + broker.port();
            var ours =
                    "ca: %1$s/broker.pem\ncertificate: %1$s/drme.pem\nkey: %1$s/drme.key"
                            .formatted(home);
            try (var driver = driver(fixture("tls", url, ours, "a: {address: x/a}"))) {
                driver.connect();
                assertThat(driver.take(new Batch(), Duration.ofMillis(1))).isTrue();
            }
            var wrongCa = ours.replace("broker.pem", "stranger.pem");
            try (var driver = driver(fixture("tls", url, wrongCa, "a: {address: x/a}"))) {
                assertThatThrownBy(driver::connect)
                        .isInstanceOf(DriverException.Refused.class)
                        .hasMessageContaining("check ca");
            }
            var stranger = ours.replace("drme.", "stranger.");
            try (var driver = driver(fixture("tls", url, stranger, "a: {address: x/a}"))) {
                assertThatThrownBy(driver::connect)
                        .isInstanceOf(DriverException.class)
                        .hasMessageContaining("tls (mqtts://");
            }
            var plain = "mqtt://127.0.0.1:" + broker.port();
            try (var driver = driver(fixture("tls", plain, "", "a: {address: x/a}"))) {
                assertThatThrownBy(driver::connect)
                        .isInstanceOf(DriverException.Unreachable.class)
                        .hasMessageContaining("the port one without TLS?");
            }
        }
    }

    @Test
    void anotherClientOfTheSameIdIsSaidToHaveTakenOver() throws Exception {
        try (var broker = Mosquitto.start(folder.resolve("a"), OPEN)) {
            var fixture = fixture(broker.port(), "client-id: gateway", "a: {address: x/a}");
            try (var driver = driver(fixture)) {
                driver.connect();
                var other =
                        new MqttClient(
                                "tcp://127.0.0.1:" + broker.port(),
                                "gateway",
                                new MemoryPersistence());
                other.connect();
                assertThatThrownBy(() -> take(driver, fixture, 1))
                        .isInstanceOf(DriverException.Unreachable.class)
                        .hasMessageContaining("same client-id");
                other.disconnect();
                other.close();
            }
        }
    }

    // Two brokers are two devices; what comes from one is never a value of the other.
    @Test
    void twoBrokersAreTwoDevices() throws Exception {
        try (var first = Mosquitto.start(folder.resolve("a"), OPEN);
                var second = Mosquitto.start(folder.resolve("b"), OPEN)) {
            var one = fixture("one", "mqtt://127.0.0.1:" + first.port(), "", "v: {address: t/v}");
            var two = fixture("two", "mqtt://127.0.0.1:" + second.port(), "", "v: {address: t/v}");
            try (var a = driver(one);
                    var b = driver(two)) {
                a.connect();
                b.connect();
                first.publish("t/v", "1", false);
                second.publish("t/v", "2", false);
                assertThat(take(a, one, 1)).extracting(Seen::reading).containsExactly("1.0");
                assertThat(take(b, two, 1)).extracting(Seen::reading).containsExactly("2.0");
                first.kill();
                assertThatThrownBy(() -> take(a, one, 1))
                        .isInstanceOf(DriverException.Unreachable.class);
                second.publish("t/v", "3", false);
                assertThat(take(b, two, 1)).extracting(Seen::reading).containsExactly("3.0");
            }
        }
    }

    @Test
    void comesBackByItselfAfterTheBrokerWasRestarted() throws Exception {
        try (var broker = Mosquitto.start(folder.resolve("a"), OPEN)) {
            var fixture = fixture(broker.port(), "", "v: {address: t/v, poll: 100ms}");
            var queue = new ArrayBlockingQueue<Batch>(64);
            var loop =
                    new DeviceLoop(
                            fixture.spec(),
                            fixture.groups(),
                            driver(fixture),
                            1,
                            queue,
                            clock,
                            new SplittableRandom(1));
            var thread = Thread.ofVirtual().name("device-wearables").start(loop);
            try {
                await(queue, loop, State.GOOD);
                broker.kill();
                assertThat(awaitSample(queue)).isEqualTo(Quality.bad(Reason.COMMS_LOST));
                broker.restart();
                await(queue, loop, State.GOOD);
                broker.publish("t/v", "5", false);
                assertThat(awaitSample(queue)).isEqualTo(Quality.GOOD);
            } finally {
                loop.stop();
                queue.clear();
                assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
            }
        }
    }

    private static void await(ArrayBlockingQueue<Batch> queue, DeviceLoop loop, State state)
            throws InterruptedException {
        while (loop.status().state() != state) {
            assertThat(queue.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isNotNull();
        }
    }

    private static byte awaitSample(ArrayBlockingQueue<Batch> queue) throws InterruptedException {
        while (true) {
            var batch = queue.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertThat(batch).isNotNull();
            if (batch.size() > 0) {
                return batch.qualities()[0];
            }
        }
    }
}
