package io.drme.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.sim.Plant;
import io.drme.time.SystemClock;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code probe}, {@code read} and {@code browse}, as a person runs them. */
class DeviceCommandsTest {
    private static final String SCENARIO =
            """
            devices:
              press:
                protocol: modbus
                listen: "127.0.0.1:0"
                units:
                  1:
                    points:
                      temperature: {address: "holding:10", type: float32, order: cdab, value: 21.5}
                      level:       {address: "holding:12", value: 670}
                      running:     {address: "coil:3", value: true}
              boiler:
                protocol: opcua
                listen: "127.0.0.1:0"
                nodes: {'nsu=urn:acme:boiler;s=Temperature': {type: double, value: 21.5}}
              cabinet:
                protocol: gpio
                listen: "127.0.0.1:0"
                chip-lines: 2
                lines: {1: {value: true}}
            """;

    @TempDir private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Plant plant;

    @BeforeEach
    void startPlant() throws Exception {
        plant = Plant.parse("t", SCENARIO, Plant.Overrides.NONE, new SystemClock());
        plant.start();
    }

    @AfterEach
    void stopPlant() {
        plant.close();
    }

    private String url() {
        return "tcp://127.0.0.1:" + plant.address("press").getPort();
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.run(
                new PrintWriter(out, true), new PrintWriter(err, true), Map.of(), arguments);
    }

    @Test
    void aReadShowsTheDecodingsSideBySideTheRightOneFirst() {
        assertThat(
                        run(
                                "read",
                                url(),
                                "holding:10",
                                "--reads",
                                "2",
                                "--every",
                                "0s",
                                "--timeout",
                                "20s"))
                .as(err.toString())
                .isZero();
        var lines = out.toString().lines().toList();
        assertThat(lines.getFirst()).startsWith("ADDRESS").contains("TYPE", "ORDER", "PLAUSIBLE");
        assertThat(lines.get(1)).containsPattern("holding:10 +float32 +cdab +[0-9]+ % +21\\.5");
        assertThat(lines.size()).isGreaterThan(5);
    }

    @Test
    void aReadOfAKnownTypeShowsThatAlone() {
        assertThat(run("read", url(), "40013", "coil:3", "--type", "uint16", "--timeout", "20s"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("coil:3 is one bit; its type is bool");

        assertThat(
                        run(
                                "read",
                                url(),
                                "40013",
                                "--type",
                                "uint16",
                                "--order",
                                "abcd",
                                "-o",
                                "csv",
                                "--reads",
                                "1",
                                "--timeout",
                                "20s"))
                .isZero();
        assertThat(out.toString().lines().skip(1))
                .containsExactly("40013,uint16,abcd,100 %,670,670");
    }

    @Test
    void aRegisterThatTheDeviceLacksIsSaidWithWhatToTry() {
        assertThat(run("read", url(), "holding:500", "--timeout", "20s")).isEqualTo(1);
        assertThat(err.toString()).contains("refuses holding:500 (400501)", "try holding:499");
    }

    @Test
    void aProbeTellsEachStep() {
        assertThat(run("probe", url(), "--address", "holding:12", "--timeout", "20s"))
                .as(out.toString() + err)
                .isZero();
        assertThat(out.toString().lines().map(l -> l.replaceAll(" +", " ")))
                .contains(
                        "name ok 127.0.0.1 is 127.0.0.1",
                        "connect ok the device takes a connection of modbus",
                        "answer ok the device answers",
                        "first value ok holding:12 is 670");
    }

    @Test
    void aProbeStopsAtTheStepThatFailsAndSaysWhatToDo() throws Exception {
        int free;
        try (var socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        assertThat(run("probe", "tcp://127.0.0.1:" + free)).isEqualTo(1);
        assertThat(out.toString())
                .contains("tcp", "failed", "check the port")
                .doesNotContain("answer");

        assertThat(run("probe", url(), "--unit-id", "9", "--timeout", "20s")).isEqualTo(1);
        assertThat(out.toString()).contains("answer", "failed", "not reached by its gateway");

        assertThat(run("probe", "http://h")).isEqualTo(2);
        assertThat(err.toString()).contains("'http://h' is no URL of a device", "opc.tcp", "tcp");
    }

    @Test
    void whatABrowseFindsIsImportedAndPassesTheCheck() throws Exception {
        assertThat(run("browse", url(), "--to", "20", "-o", "csv", "--timeout", "20s"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .isEqualTo(
                        """
                        name,address,type
                        coil/3,coil:3,bool
                        holding/10,holding:10,uint16
                        holding/11,holding:11,uint16
                        holding/12,holding:12,uint16
                        """);
        Files.writeString(folder.resolve("found.csv"), out.toString());
        var file = folder.resolve("gateway.yaml");
        Files.writeString(
                file,
                """
                gateway: {id: g}
                devices: {press: {driver: modbus, url: "%s", tags: {file: press.csv}}}
                """
                        .formatted(url()));
        assertThat(
                        run(
                                "tags",
                                "import",
                                folder.resolve("found.csv").toString(),
                                "--device",
                                "press",
                                "--config",
                                file.toString()))
                .as(err.toString())
                .isZero();
        assertThat(run("check", file.toString())).isZero();

        assertThat(
                        run(
                                "browse",
                                url(),
                                "--to",
                                "20",
                                "-o",
                                "yaml",
                                "--match",
                                "coil/*",
                                "--timeout",
                                "20s"))
                .isZero();
        assertThat(out.toString())
                .contains("\"tags\":", "\"coil/3\":", "\"address\": \"coil:3\"")
                .doesNotContain("holding");
    }

    @Test
    void linesOfTheGpioSimulatorAreListed() {
        var gpio = "sim://127.0.0.1:" + plant.address("cabinet").getPort();

        assertThat(run("browse", gpio, "-o", "csv", "--timeout", "20s"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).isEqualTo("name,address\nline-0,line:0\nline-1,line:1\n");
        assertThat(run("probe", gpio, "--address", "line:1", "--timeout", "20s"))
                .as(out.toString())
                .isZero();
    }

    @Test
    void whereAnAgentHoldsTheDeviceThatIsSaid() throws Exception {
        Files.writeString(folder.resolve("address"), "http://127.0.0.1:1\n");
        Files.writeString(
                folder.resolve("last-good.yaml"),
                """
                gateway: {id: g}
                devices: {press-3: {driver: modbus, url: "%s", tags: {a: {address: "coil:3"}}}}
                """
                        .formatted(url()));

        assertThat(run("read", url(), "coil:3", "--data", folder.toString(), "--timeout", "20s"))
                .isZero();
        assertThat(err.toString())
                .contains(
                        "reads this device as 'press-3'",
                        "takes one connection only",
                        "drme-agent why press-3/TAG");
    }

    @Test
    void yamlIsForBrowseOnly() {
        assertThat(run("read", url(), "coil:3", "-o", "yaml", "--timeout", "20s")).isEqualTo(2);
        assertThat(err.toString()).contains("-o yaml is for browse only");
    }

    @Test
    void aProbeTakesTheTypeThatTheAddressHas() {
        var boiler = "opc.tcp://127.0.0.1:" + plant.address("boiler").getPort();
        var node = "nsu=urn:acme:boiler;s=Temperature";

        assertThat(run("probe", boiler, "--address", node, "--timeout", "20s"))
                .as(out.toString() + err)
                .isZero();
        assertThat(out.toString()).contains(node + " is 21.5");
        assertThat(run("probe", url(), "--address", "00004", "--timeout", "20s"))
                .as(out.toString() + err)
                .isZero();
        assertThat(out.toString()).contains("00004 is true");
    }

    @Test
    void whatWasReadBeforeAnAddressIsRefusedIsPrinted() {
        assertThat(run("read", url(), "coil:3", "holding:500", "--reads", "1", "--timeout", "20s"))
                .isEqualTo(1);
        assertThat(out.toString()).contains("coil:3", "true");
        assertThat(err.toString()).contains("refuses holding:500");

        assertThat(run("read", url(), "holding:12", "--type", "flaot32")).isEqualTo(2);
        assertThat(err.toString()).contains("'flaot32'", "did you mean 'float32'?");
    }

    @Test
    void aBrowseOfAUnitThatIsNotThereSaysSoOfEachTable() {
        var boiler = "opc.tcp://127.0.0.1:" + plant.address("boiler").getPort();

        assertThat(run("browse", boiler, "--unit-id", "3")).isEqualTo(2);
        assertThat(run("browse", url(), "--unit-id", "9", "--timeout", "20s")).isEqualTo(1);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString())
                .contains("note: coil: no answer", "note: holding: no answer", "drme-agent: ");
    }

    @Test
    void aLimitThatNobodyWaitsForIsRefused() {
        assertThat(run("probe", url(), "--timeout", "25d")).isEqualTo(2);
        assertThat(err.toString()).contains("--timeout '25d'", "to 1h");
    }

    @ParameterizedTest
    @CsvSource({
        "tcp://127.0.0.1, tcp://localhost:502",
        "tcp://127.0.0.1:4001, rtu-tcp://127.0.0.1:4001",
        "rtu:///dev/none?baud=9600, rtu:///dev/none",
        "opc.tcp://127.0.0.1:4840/a, opc.tcp://localhost",
    })
    void oneConnectionInOtherWordsIsTheSameDevice(String held, String asked) {
        assertThat(DeviceCommands.place(asked)).isEqualTo(DeviceCommands.place(held));
    }

    @ParameterizedTest
    @CsvSource({
        "tcp://127.0.0.1, tcp://127.0.0.1:503",
        "rtu:///dev/ttyUSB0, rtu:///dev/ttyUSB1",
        "tcp://127.0.0.1:4840, opc.tcp://127.0.0.1:4840",
    })
    void anotherConnectionIsAnotherDevice(String held, String asked) {
        assertThat(DeviceCommands.place(asked)).isNotEqualTo(DeviceCommands.place(held));
    }

    /** Answers a read of one register, from its third connection on; it drops the one before. */
    private static void serveOneConnection(ServerSocket server) {
        try {
            server.accept().close();
            server.accept().close();
            try (var socket = server.accept()) {
                var request = socket.getInputStream().readNBytes(12);
                var answer =
                        new byte[] {request[0], request[1], 0, 0, 0, 5, request[6], 3, 2, 0, 7};
                socket.getOutputStream().write(answer);
                socket.getInputStream().readAllBytes();
            }
        } catch (IOException _) {
            // the test has ended
        }
    }

    @Test
    void aDeviceWithOneConnectionIsGivenAMomentToBeRidOfTheFirst() throws Exception {
        try (var server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().name("device").start(() -> serveOneConnection(server));

            assertThat(run("probe", "tcp://127.0.0.1:" + server.getLocalPort(), "--timeout", "20s"))
                    .as(out.toString() + err)
                    .isZero();
            assertThat(out.toString()).contains("holding:0 is 7");
        }
    }
}
