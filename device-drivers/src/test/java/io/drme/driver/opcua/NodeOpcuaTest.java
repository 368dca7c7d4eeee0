package io.drme.driver.opcua;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.driver.DeviceLoop;
import io.drme.driver.DriverContract;
import io.drme.driver.DriverException;
import io.drme.driver.PushedDriver;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reading;
import io.drme.model.Reason;
import io.drme.model.Value;
import io.drme.model.ValueType;
import io.drme.time.SystemClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Reads a server that we did not write: what Milo says to Milo proves little. */
@Timeout(240)
class NodeOpcuaTest {
    private static final String NS = "nsu=urn:drme:peer;s=";
    private static final List<String> TAGS =
            List.of(
                    tag("bool", "bool"),
                    tag("int32", "int64"),
                    tag("int64", "int64"),
                    tag("float", "float64"),
                    tag("double", "float64"),
                    tag("text", "text"),
                    tag("uncertain", "float64"),
                    tag("bad", "float64"),
                    tag("no-such", "float64"),
                    tag("counter", "int64"));
    private static final List<ValueType> TYPES =
            List.of(
                    ValueType.BOOLEAN,
                    ValueType.INT64,
                    ValueType.INT64,
                    ValueType.FLOAT64,
                    ValueType.FLOAT64,
                    ValueType.TEXT,
                    ValueType.FLOAT64,
                    ValueType.FLOAT64,
                    ValueType.FLOAT64,
                    ValueType.INT64);
    private static final int COUNTER = 9;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir Path directory;

    private static String tag(String name, String type) {
        return "{address: '%s%s', type: %s, sampling: 50ms}".formatted(NS, name, type);
    }

    @Test
    void valuesTypesTimesAndStatusAreReadOpenlyAndEncrypted() throws Exception {
        try (var peer = NodePeer.start(directory.resolve("peer-pki"))) {
            try (var driver = driver(peer, "")) {
                driver.connect();
                check(driver);
            }
            var secure = "{policy: basic256sha256, mode: sign-and-encrypt}";
            try (var driver = driver(peer, secure)) {
                trustOnFirstRefusal(driver);
                check(driver);
            }
            for (var policy : List.of("aes128-sha256-rsaoaep", "aes256-sha256-rsapss")) {
                try (var driver = driver(peer, "{policy: %s}".formatted(policy))) {
                    driver.connect();
                    check(driver);
                }
            }
            var keys = UserKeys.in(directory.resolve("user"));
            var signedIn =
                    "{policy: basic256sha256, user-certificate: %s, user-key: %s}"
                            .formatted(keys.certificate(), keys.key());
            try (var driver = driver(peer, signedIn)) {
                driver.connect();
                check(driver);
            }
        }
    }

    // How values are put together and named is read from the server, so it must be another's too.
    @Test
    void partsOfValuesAreReadFromAServerThatWeDidNotWrite() throws Exception {
        var tags =
                List.of(
                        "{address: '%szones', element: 2}".formatted(NS),
                        "{address: '%szones', element: 9}".formatted(NS),
                        "{address: '%smode', type: text}".formatted(NS),
                        "{address: '%smode', type: int64}".formatted(NS),
                        "{address: '%sstate', type: text}".formatted(NS),
                        "{address: '%saxis', field: Position}".formatted(NS),
                        "{address: '%saxis', field: Drive/Hot, type: bool}".formatted(NS),
                        "{address: '%saxis', field: 'Limits[1]', type: int64}".formatted(NS),
                        "{address: '%slevel', server-deadband: \"10 %%\"}".formatted(NS));
        try (var peer = NodePeer.start(directory.resolve("peer-pki"))) {
            var built = OpcUaRig.built(peer.url(), "", tags, directory);
            try (var driver = built.driver()) {
                driver.connect();
                var batch = new Batch();
                var indexes =
                        IntStream.range(0, tags.size())
                                .map(i -> OpcUaRig.FIRST_INDEX + i)
                                .boxed()
                                .collect(Collectors.toSet());
                DriverContract.readInto(driver, batch, indexes);
                var readings = new TreeMap<Integer, Reading>();
                for (int i = 0; i < batch.size(); i++) {
                    int tag = batch.tags()[i] - OpcUaRig.FIRST_INDEX;
                    readings.put(tag, batch.readingAt(i, built.spec().tags().get(tag).rawType()));
                }
                assertThat(readings)
                        .containsExactlyInAnyOrderEntriesOf(
                                Map.of(
                                        0, new Reading.Good(new Value.Real(22.5)),
                                        1, new Reading.Bad(Reason.UNKNOWN_ADDRESS),
                                        2, new Reading.Good(new Value.Text("running")),
                                        3, new Reading.Good(new Value.Int(1)),
                                        4, new Reading.Good(new Value.Text("Auto")),
                                        5, new Reading.Good(new Value.Real(1.5)),
                                        6, new Reading.Good(new Value.Bool(true)),
                                        7, new Reading.Good(new Value.Int(-4)),
                                        8, new Reading.Good(new Value.Real(40))));
                assertThat(driver.lastExchange(OpcUaRig.FIRST_INDEX + 8))
                        .as("the deadband is taken")
                        .isEmpty();
            }
        }
    }

    // A server of another maker forgets sessions and subscriptions with its process: the loop has
    // to
    // notice, and to subscribe anew.
    @Test
    void subscribesAnewAfterTheForeignServerWasKilledAndStartedAgain() throws Exception {
        var queue = new ArrayBlockingQueue<Batch>(1_000);
        try (var peer = NodePeer.start(directory.resolve("peer-pki"))) {
            var built = OpcUaRig.built(peer.url(), "", TAGS, directory);
            var loop =
                    new DeviceLoop(
                            built.spec(),
                            List.of(built.group()),
                            built.driver(),
                            0,
                            queue,
                            new SystemClock(),
                            new Random(1));
            var owner = Thread.ofVirtual().name("device-boiler").start(loop);
            try {
                awaitCounter(queue, Quality::isGood, "good at first");
                peer.kill();
                awaitCounter(queue, Quality::isBad, "bad while nobody is there");
                try (var _ = peer.startedAgain()) {
                    for (int change = 0; change < 5; change++) {
                        awaitCounter(
                                queue,
                                Quality::isGood,
                                "change %d of the new one".formatted(change));
                    }
                }
            } finally {
                loop.stop();
                owner.join(LIMIT);
            }
            assertThat(owner.isAlive()).isFalse();
        }
    }

    private static void awaitCounter(
            ArrayBlockingQueue<Batch> queue, Predicate<Byte> wanted, String what)
            throws InterruptedException {
        var clock = new SystemClock();
        long deadline = clock.nanoTime() + LIMIT.toNanos();
        while (clock.nanoTime() - deadline < 0) {
            var batch = queue.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertThat(batch).as(what).isNotNull();
            for (int i = 0; i < batch.size(); i++) {
                if (batch.tags()[i] == OpcUaRig.FIRST_INDEX + COUNTER
                        && wanted.test(batch.qualities()[i])) {
                    return;
                }
            }
        }
        throw new AssertionError("not within %d s: %s".formatted(LIMIT.toSeconds(), what));
    }

    private PushedDriver driver(NodePeer peer, String security) {
        return (PushedDriver) OpcUaRig.driver(peer.url(), security, TAGS, directory);
    }

    /** Does what the message says. */
    private void trustOnFirstRefusal(PushedDriver driver) throws Exception {
        try {
            driver.connect();
            throw new AssertionError("an unknown server was trusted");
        } catch (DriverException.Refused e) {
            assertThat(e).hasMessageContaining("is not trusted");
        }
        driver.disconnect();
        var trusted = Files.createDirectories(directory.resolve("pki/trusted/certs"));
        try (var rejected = Files.list(directory.resolve("pki/rejected/certs"))) {
            for (var file : rejected.toList()) {
                Files.move(
                        file, trusted.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        driver.connect();
    }

    private static void check(PushedDriver driver) throws Exception {
        var batch = new Batch();
        DriverContract.readInto(driver, batch, tags());
        long stamp = Instant.parse("2026-01-02T03:04:05.006Z").toEpochMilli() * 1_000_000;
        Map<Integer, Reading> readings = new TreeMap<>();
        for (int i = 0; i < batch.size(); i++) {
            int tag = batch.tags()[i] - OpcUaRig.FIRST_INDEX;
            if (tag != COUNTER) {
                readings.put(tag, batch.readingAt(i, TYPES.get(tag)));
            }
            if (tag < 8) {
                assertThat(batch.sourceTimes()[i])
                        .as("source time of tag %d", tag)
                        .isEqualTo(stamp);
            }
        }
        assertThat(readings)
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                0, new Reading.Good(new Value.Bool(true)),
                                1, new Reading.Good(new Value.Int(-123_456)),
                                2, new Reading.Good(new Value.Int(9_007_199_254_740_993L)),
                                3, new Reading.Good(new Value.Real(0.1)),
                                4, new Reading.Good(new Value.Real(71.25)),
                                5, new Reading.Good(new Value.Text("Kessel 3 °C")),
                                6, new Reading.Uncertain(new Value.Real(2.5), Reason.STALE),
                                7, new Reading.Bad(Reason.SENSOR_FAILURE),
                                8, new Reading.Bad(Reason.UNKNOWN_ADDRESS)));
        awaitChanges(driver);
    }

    private static Set<Integer> tags() {
        return IntStream.range(0, TAGS.size())
                .map(i -> OpcUaRig.FIRST_INDEX + i)
                .boxed()
                .collect(Collectors.toSet());
    }

    /** The counter goes on, and never back. */
    private static void awaitChanges(PushedDriver driver) throws Exception {
        var clock = new SystemClock();
        long deadline = clock.nanoTime() + Duration.ofSeconds(20).toNanos();
        long last = -1;
        int changes = 0;
        while (changes < 10) {
            assertThat(clock.nanoTime()).as("%d changes", changes).isLessThan(deadline);
            var batch = new Batch();
            driver.take(batch, Duration.ofMillis(200));
            for (int i = 0; i < batch.size(); i++) {
                if (batch.tags()[i] == OpcUaRig.FIRST_INDEX + COUNTER) {
                    assertThat(batch.bits()[i]).isGreaterThan(last);
                    last = batch.bits()[i];
                    changes++;
                }
            }
        }
    }
}
