package io.drme.driver.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.driver.DeviceFixture;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.Value;
import io.drme.sim.Plant;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.time.SystemClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sparkplug B. The messages were made by an encoder that others wrote: sparkplug-payload 1.0 of
 * npm.
 */
@Timeout(60)
class SparkplugTest {
    /** Sequence 0, bdSeq 7, metrics with the aliases 1 to 8. */
    private static final String NBIRTH =
            "0880d0eab6b73312120a0562645365711880d0eab6b7332008580712210a0f4f696c2f54656d706572617475726510011881"
                    + "d0eab6b7332009650000a34212180a054c6576656c10021881d0eab6b733200250feffffff0f12180a05436f756e741003"
                    + "1881d0eab6b733200758ffffffff0f12160a0752756e6e696e6710041881d0eab6b733200b7001121b0a0653657269616c"
                    + "10051881d0eab6b733200c7a0641502d333030121b0a0342696710061881d0eab6b733200458fbffffffffffffffff0112"
                    + "130a044e6f6e6510071881d0eab6b733200a380112220a055461626c6510081881d0eab6b73320108a010d080112016118"
                    + "0122040a0208011800";

    /** Sequence 1, by alias: Oil/Temperature 82.25, Level 300. */
    private static final String NDATA =
            "08e8d7eab6b7331210100118e8d7eab6b7332009650080a442120e100218e8d7eab6b733200250ac021801";

    /** bdSeq 7. */
    private static final String NDEATH = "08d0dfeab6b733120b0a05626453657120085807";

    /** As of 2026-01-01. */
    private static final String REBIRTH =
            "0880d0eab6b733121a0a144e6f646520436f6e74726f6c2f52656269727468200b7001";

    private static final long BORN_MILLIS = 1_767_225_600_000L;

    private static final List<String> TAGS =
            List.of(
                    "Oil/Temperature, float64",
                    "Level, int64",
                    "Count, int64",
                    "Running, bool",
                    "Serial, text",
                    "Big, int64",
                    "None, float64",
                    "Table, float64",
                    "Missing, float64");

    private final MqttDriverFactory factory = new MqttDriverFactory();
    private final List<SparkplugHost> host = new ArrayList<>();
    private long nanoTime = 1;

    private DeviceFixture fixture(int port) {
        var yaml = new StringBuilder("url: mqtt://127.0.0.1:%d\ntags:\n".formatted(port));
        for (var tag : TAGS) {
            var words = tag.split(", ", -1);
            yaml.append(
                    "  t-%d: {address: spBv1.0/plant/press, metric: %s, type: %s}\n"
                            .formatted(TAGS.indexOf(tag), words[0], words[1]));
        }
        yaml.append("  pump: {address: spBv1.0/plant/press/pump, metric: Level, type: int64}\n");
        return DeviceFixture.of("line", factory, yaml.toString());
    }

    private SparkplugHost host() {
        if (host.isEmpty()) {
            var fixture = fixture(1);
            var bound = new ArrayList<Routes.Bound>();
            for (int i = 0; i < fixture.spec().tags().size(); i++) {
                var tag = fixture.spec().tags().get(i);
                bound.add(new Routes.Bound(i, i, (MqttAddress) tag.address(), tag.rawType()));
            }
            host.add(new SparkplugHost(bound, () -> nanoTime));
            host.getFirst().forget();
        }
        return host.getFirst();
    }

    /** The nodes whose birth is asked for now. */
    private List<MetricName.Node> asked() {
        var nodes = new ArrayList<MetricName.Node>();
        host().ask(nodes::add);
        return nodes;
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    /** What a message says: tag and value or reason. */
    private List<String> take(String kind, String hex) {
        var words = kind.split("/", -1);
        var topic =
                "spBv1.0/plant/" + words[0] + "/press" + (words.length > 1 ? "/" + words[1] : "");
        return host().message(topic, bytes(hex), false, 1).stream()
                .map(SparkplugTest::shown)
                .toList();
    }

    private static String shown(Arrival arrival) {
        return arrival.tag()
                + " "
                + switch (arrival.outcome()) {
                    case Outcome.Good good -> value(good.value());
                    case Outcome.Uncertain u -> value(u.value()) + " uncertain";
                    case Outcome.Bad bad -> bad.reason().text();
                    case Outcome.Silent _ -> "silent";
                };
    }

    private static Object value(Value value) {
        return switch (value) {
            case Value.Bool(boolean b) -> b;
            case Value.Int(long i) -> i;
            case Value.Real(double d) -> d;
            case Value.Text(String t) -> t;
        };
    }

    @Test
    void aBirthSaysAllInItsTypes() {
        assertThat(take("NBIRTH", NBIRTH))
                .containsExactlyInAnyOrder(
                        "0 81.5",
                        "1 -2",
                        "2 4294967295",
                        "3 true",
                        "4 AP-300",
                        "5 -5",
                        "6 device-bad",
                        "7 malformed",
                        "8 unknown-address",
                        "9 comms-lost");
    }

    @Test
    void dataComesByAliasWithItsOwnTime() {
        take("NBIRTH", NBIRTH);
        var arrivals = host().message("spBv1.0/plant/NDATA/press", bytes(NDATA), false, 1);
        assertThat(arrivals).extracting(SparkplugTest::shown).containsExactly("0 82.25", "1 300");
        assertThat(((Outcome.Good) arrivals.getFirst().outcome()).timeNanos())
                .hasValue((BORN_MILLIS + 1_000) * 1_000_000);
    }

    @Test
    void withoutABirthNothingIsUnderstoodAndOneIsAskedForNotTooOften() {
        assertThat(asked()).containsExactly(new MetricName.Node("plant", "press"));
        assertThat(take("NDATA", NDATA)).isEmpty();
        assertThat(asked()).isEmpty();
        nanoTime += SparkplugHost.REBIRTH_EVERY_NANOS;
        assertThat(asked()).hasSize(1);
        take("NBIRTH", NBIRTH);
        nanoTime += SparkplugHost.REBIRTH_EVERY_NANOS;
        assertThat(asked()).isEmpty();
    }

    // Something is missing, and nobody knows of which metric.
    @Test
    void afterAGapInTheSequenceValuesAreUncertainUntilTheNextBirth() {
        take("NBIRTH", NBIRTH);
        asked();
        take("NDATA", NDATA);
        nanoTime += SparkplugHost.REBIRTH_EVERY_NANOS;
        assertThat(asked()).isEmpty();
        assertThat(take("NDATA", NDATA)).containsExactly("0 82.25 uncertain", "1 300 uncertain");
        assertThat(asked()).hasSize(1);
        take("NBIRTH", NBIRTH);
        assertThat(take("NDATA", NDATA)).containsExactly("0 82.25", "1 300");
    }

    @Test
    void aDeathMakesAllBadAndOnlyThatOfTheSameSession() {
        take("NBIRTH", NBIRTH);
        assertThat(take("NDEATH", NDEATH.replace("085807", "085806"))).isEmpty();
        assertThat(take("NDEATH", NDEATH))
                .hasSize(TAGS.size() + 1)
                .allMatch(a -> a.endsWith("comms-lost"));
        assertThat(take("NDATA", NDATA)).isEmpty();
    }

    // The bdSeq of a birth is called bdSeX here, so there is none.
    @Test
    void aBirthWithoutASessionTakesAnyDeath() {
        take("NBIRTH", NBIRTH.replace("6264536571", "6264536558"));
        assertThat(take("NDEATH", NDEATH))
                .hasSize(TAGS.size() + 1)
                .allMatch(a -> a.endsWith("comms-lost"));
        assertThat(take("NDATA", NDATA)).isEmpty();
    }

    @Test
    void aDeathOfAnotherSessionLeavesDoubtAndABirthIsAskedFor() {
        take("NBIRTH", NBIRTH);
        assertThat(asked()).isEmpty();
        take("NDEATH", NDEATH.replace("085807", "085806"));
        assertThat(asked()).hasSize(1);
        assertThat(take("NDATA", NDATA)).containsExactly("0 82.25 uncertain", "1 300 uncertain");
    }

    // Commands and births go by the network too.
    @Test
    void whileInDoubtABirthIsAskedForUntilItComes() {
        take("NBIRTH", NBIRTH);
        take("NDATA", NDATA.replaceAll("1801$", "1807"));
        assertThat(asked()).hasSize(1);
        take("NDATA", NDATA.replaceAll("1801$", "1808"));
        assertThat(asked()).isEmpty();
        nanoTime += SparkplugHost.REBIRTH_EVERY_NANOS;
        assertThat(asked()).hasSize(1);
        take("NBIRTH", NBIRTH);
        nanoTime += SparkplugHost.REBIRTH_EVERY_NANOS;
        assertThat(take("NDATA", NDATA)).containsExactly("0 82.25", "1 300");
        assertThat(asked()).isEmpty();
    }

    @Test
    void aCommandThatDidNotLeaveIsTriedAgain() {
        host().ask(_ -> false);
        assertThat(asked()).hasSize(1);
        assertThat(asked()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"NCMD", "DCMD/pump", "STATE", "NDEATH"})
    void brokenBytesThatAreNotOfTheSequenceLeaveNoDoubt(String kind) {
        take("NBIRTH", NBIRTH);
        assertThat(take(kind, "12ff")).isEmpty();
        assertThat(asked()).isEmpty();
        assertThat(take("NDATA", NDATA)).containsExactly("0 82.25", "1 300");
    }

    @Test
    void brokenBytesOfTheSequenceLeaveDoubt() {
        take("NBIRTH", NBIRTH);
        take("NDATA", "12ff");
        assertThat(asked()).hasSize(1);
    }

    @Test
    void devicesWithoutTagsAreNobodysReasonToAsk() {
        take("NBIRTH", NBIRTH);
        // By alias 99, which no birth has told.
        assertThat(take("DDATA/valve", "120410635005" + "1801")).isEmpty();
        assertThat(asked()).isEmpty();
        assertThat(take("DDATA/pump", "120410635005" + "1802")).isEmpty();
        assertThat(asked()).hasSize(1);
    }

    @Test
    void aDeviceIsBornAndDiesBehindItsNode() {
        take("NBIRTH", NBIRTH);
        // Level 5 of a device, sequence 1; then its data by name, sequence 2; its death, 3.
        var level = "120b0a054c6576656c2002500518";
        assertThat(take("DBIRTH/pump", level + "01")).containsExactly("9 5");
        assertThat(take("DDATA/pump", level + "02")).containsExactly("9 5");
        assertThat(take("DDEATH/pump", "1803")).containsExactly("9 comms-lost");
        assertThat(take("DDATA/pump", level + "04")).isEmpty();
    }

    @Test
    void whatTheNodeSaysIsBadIsBadAndThePastIsLeftOut() {
        take("NBIRTH", NBIRTH);
        // Level 5, is_historical; then with the property Quality 500, and 0.
        assertThat(take("NDATA", "120d0a054c6576656c20022801500518" + "01")).isEmpty();
        assertThat(host().counts()).isEqualTo("; 1 values of the past left out");
        var quality = "121c0a054c6576656c20024a0f0a075175616c697479120408031800500518";
        assertThat(take("NDATA", quality + "02")).containsExactly("1 device-bad");
    }

    @Test
    void integersThatDoNotFitTheirTypeAreOutOfRange() {
        take("NBIRTH", NBIRTH);
        // Level, an Int16, as 70,000.
        assertThat(take("NDATA", "120d0a054c6576656c200250f0a2041801"))
                .containsExactly("1 out-of-range");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "12",
                "12ff",
                "1201",
                "0b",
                "08ffffffffffffffffffff01",
                "18ff7f",
                "1a00",
                "120465000000",
                "12030a01ff",
                "00"
            })
    void brokenBytesAreMalformed(String hex) {
        assertThatThrownBy(() -> SparkplugPayload.read(bytes(hex)))
                .isInstanceOf(ProtobufReader.MalformedException.class);
    }

    @Test
    void theCommandIsThatOfTheOtherEncoder() {
        assertThat(HexFormat.of().formatHex(SparkplugPayload.rebirth(BORN_MILLIS)))
                .isEqualTo(REBIRTH.replace("121a0a14", "121a0a14"));
    }

    // Over a broker: the driver asks for the birth when it comes, and again after a reconnect.
    @Test
    void theDriverAsksForTheBirthAndReadsIt() throws Exception {
        var clock = new SystemClock();
        try (var plant =
                Plant.parse(
                        "p",
                        "devices: {b: {protocol: mqtt, listen: \"127.0.0.1:0\"}}",
                        Plant.Overrides.NONE,
                        clock)) {
            plant.start();
            int port = plant.address("b").getPort();
            var commands = new LinkedBlockingQueue<String>();
            var node = new MqttClient("tcp://127.0.0.1:" + port, "press", new MemoryPersistence());
            node.connect();
            var subscription = new MqttSubscription("spBv1.0/plant/NCMD/press", 1);
            node.subscribe(
                    new MqttSubscription[] {subscription},
                    new org.eclipse.paho.mqttv5.client.IMqttMessageListener[] {
                        (_, message) -> commands.add(HexFormat.of().formatHex(message.getPayload()))
                    });
            var fixture = fixture(port);
            try (var driver =
                    (MqttDriver)
                            factory.create(
                                    fixture.spec(), fixture.groups(), Path.of("unused"), clock)) {
                driver.connect();
                assertThat(commands.poll(15, TimeUnit.SECONDS)).contains("52656269727468");
                node.publish("spBv1.0/plant/NBIRTH/press", new MqttMessage(bytes(NBIRTH)));
                var batch = new Batch();
                long deadline = clock.nanoTime() + Duration.ofSeconds(15).toNanos();
                while (batch.size() < TAGS.size() + 1) {
                    assertThat(clock.nanoTime()).isLessThan(deadline);
                    driver.take(batch, Duration.ofMillis(100));
                }
                int missing = fixture.index("t-8");
                assertThat(driver.lastExchange(missing).orElseThrow().error())
                        .isEqualTo("the birth has no metric of that name");
                for (int i = 0; i < batch.size(); i++) {
                    if (batch.tags()[i] == missing) {
                        assertThat(batch.qualities()[i])
                                .isEqualTo(Quality.bad(Reason.UNKNOWN_ADDRESS));
                    }
                }
            } finally {
                node.disconnectForcibly(0, 1, false);
                node.close(true);
            }
        }
    }

    // The simulator's encoder is not ours: what it writes, the driver reads, and a death is told.
    @Test
    void aSimulatedNodeIsBornDiesAndComesBack() throws Exception {
        var clock = new SystemClock();
        var yaml =
                "devices: {b: {protocol: mqtt, listen: \"127.0.0.1:0\", every: 50ms, sparkplug: {plant/press: {metrics: {"
                        + "Oil/Temperature: {type: float, value: 81.5}, Level: {type: int32, value: -2},"
                        + " Count: {type: uint32, value: 4294967295}, Running: {type: boolean, value: true},"
                        + " Serial: {type: string, value: AP-300}, Big: {type: int64, value: -5},"
                        + " None: {value: 0.25}, Table: {value: 7}, Missing: {value: 1}}}}}}";
        try (var plant = Plant.parse("p", yaml, Plant.Overrides.NONE, clock)) {
            plant.start();
            var fixture = fixture(plant.address("b").getPort());
            var faults = plant.member("b").orElseThrow().faults();
            try (var driver =
                    (MqttDriver)
                            factory.create(
                                    fixture.spec(), fixture.groups(), Path.of("unused"), clock)) {
                driver.connect();
                int level = fixture.index("t-1");
                awaitQuality(driver, level, Quality.GOOD, -2);
                awaitQuality(driver, fixture.index("t-2"), Quality.GOOD, 4_294_967_295L);
                faults.set("plant/press", Fault.of(FaultKind.SILENT), Optional.empty());
                awaitQuality(driver, level, Quality.bad(Reason.COMMS_LOST), 0);
                faults.set("plant/press", Fault.NONE, Optional.empty());
                awaitQuality(driver, level, Quality.GOOD, -2);
            }
        }
    }

    private static void awaitQuality(MqttDriver driver, int tag, byte quality, long bits)
            throws Exception {
        var clock = new SystemClock();
        long deadline = clock.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (true) {
            assertThat(clock.nanoTime()).isLessThan(deadline);
            var batch = new Batch();
            driver.take(batch, Duration.ofMillis(100));
            for (int i = 0; i < batch.size(); i++) {
                if (batch.tags()[i] == tag && batch.qualities()[i] == quality) {
                    assertThat(batch.bits()[i]).isEqualTo(bits);
                    return;
                }
            }
        }
    }
}
