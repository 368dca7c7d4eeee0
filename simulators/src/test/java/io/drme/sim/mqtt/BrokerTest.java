package io.drme.sim.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.config.InvalidConfigException;
import io.drme.sim.Plant;
import io.drme.sim.fault.FaultKind;
import io.drme.time.SystemClock;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The simulated broker byte by byte; clients that others wrote meet it in the driver's tests. */
@Timeout(30)
class BrokerTest {
    private static final String PLANT =
            """
            devices:
              hall:
                protocol: mqtt
                listen: "127.0.0.1:0"
                every: 1d
                refuse: ["secret/#"]
                topics:
                  hall/3/door: {value: true, retain: true}
                  hall/4/climate: {fields: {temp: {value: 21.5}, n: {value: address}, "a\\"b": {value: "x"}}, retain: true}
            """;

    /** CONNECT of MQTT 5, clean start, keep alive 60 s, client id t (3.1). */
    private static final String CONNECT = "10 0e 0004 4d515454 05 02 003c 00 0001 74";

    private static Plant started() throws Exception {
        var plant = Plant.parse("plant.yaml", PLANT, Plant.Overrides.NONE, new SystemClock());
        plant.start();
        return plant;
    }

    private static void send(Socket socket, String hex) throws IOException {
        socket.getOutputStream().write(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    private static String packet(DataInputStream in) throws IOException {
        int first = in.readUnsignedByte();
        int length = Wire.length(in);
        var body = new byte[length];
        in.readFully(body);
        return HexFormat.of().formatHex(new byte[] {(byte) first})
                + " "
                + HexFormat.of().formatHex(body);
    }

    // What does nothing is refused instead of taken.
    @Test
    void aPublisherCanWhatItDoesItself() throws Exception {
        var yaml =
                "devices: {b: {protocol: mqtt, listen: \"127.0.0.1:0\", topics: {t/1: {value: 1}},"
                        + " sparkplug: {plant/press: {metrics: {Level: {value: 1}}}}}}";
        try (var plant = Plant.parse("p", yaml, Plant.Overrides.NONE, new SystemClock())) {
            var broker = plant.member("b").orElseThrow().device();
            assertThat(broker.faultKindsOf("t/1"))
                    .containsExactlyInAnyOrder(
                            FaultKind.SILENT,
                            FaultKind.EXCEPTION,
                            FaultKind.GARBAGE,
                            FaultKind.STUCK,
                            FaultKind.DRIFT,
                            FaultKind.SPIKES,
                            FaultKind.NONE);
            assertThat(broker.faultKindsOf("plant/press"))
                    .containsExactlyInAnyOrder(
                            FaultKind.SILENT,
                            FaultKind.STUCK,
                            FaultKind.DRIFT,
                            FaultKind.SPIKES,
                            FaultKind.NONE);
        }
    }

    // Golden bytes from the specification: CONNACK 3.2, SUBACK 3.9, PUBLISH 3.3, PINGRESP 3.13.
    @Test
    void answersAsTheSpecificationHasIt() throws Exception {
        try (var plant = started();
                var socket =
                        new Socket(
                                InetAddress.getLoopbackAddress(),
                                plant.address("hall").getPort())) {
            var in = new DataInputStream(socket.getInputStream());
            send(socket, CONNECT);
            assertThat(packet(in)).isEqualTo("20 000000");
            // PUBLISH, kept by the broker: own/1, no properties, "true".
            send(socket, "31 0c 0005 6f776e2f31 00 74727565");
            // Subscription id 7, filter own/+ at QoS 1, secret/1 at QoS 0.
            send(socket, "82 18 0001 02 0b07 0005 6f776e2f2b 01 0008 7365637265742f31 00");
            assertThat(packet(in)).isEqualTo("90 0001000187");
            assertThat(packet(in)).isEqualTo("31 0005" + hex("own/1") + "020b07" + hex("true"));
            send(socket, "c0 00");
            assertThat(packet(in)).isEqualTo("d0 ");
        }
    }

    @Test
    void fieldsAreOneObject() throws Exception {
        try (var plant = started();
                var socket =
                        new Socket(
                                InetAddress.getLoopbackAddress(),
                                plant.address("hall").getPort())) {
            var in = new DataInputStream(socket.getInputStream());
            send(socket, CONNECT);
            packet(in);
            send(socket, "82 0e 0001 00 0008" + hex("hall/4/#") + "00");
            packet(in);
            assertThat(packet(in)).endsWith(hex("{\"temp\": 21.5, \"n\": 4, \"a\\\"b\": \"x\"}"));
        }
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({
        "a/b, a/b, true",
        "a/+, a/b, true",
        "a/+, a/b/c, false",
        "a/#, a/b/c, true",
        "a/#, a, true",
        "+, $SYS, false",
        "#, $SYS/x, false",
        "$SYS/#, $SYS/x, true",
        "a/b, a/c, false"
    })
    void filtersFollowTheSpecification(String filter, String topic, boolean matches) {
        assertThat(Filters.matches(filter, topic)).isEqualTo(matches);
    }

    @Test
    void whatIsWrongInAScenarioIsSaid() {
        var wrong = PLANT.replace("hall/3/door", "hall/+/door").replace("secret/#", "se#");
        assertThatThrownBy(() ->
                        Plant.parse("plant.yaml", wrong, Plant.Overrides.NONE, new SystemClock()))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("'hall/+/door' is no topic")
                .hasMessageContaining("'se#' is no filter");
    }
}
