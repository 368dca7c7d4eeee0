package io.drme.driver.gpio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.driver.DriverException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The examples of docs/sim-protocol.md, played against the simulator. */
@Timeout(30)
class SimProtocolTest {
    private static final Path DOCUMENT = Path.of("../docs/sim-protocol.md");
    private static final String CHIP = "chip-lines: 32\nlines:\n  4: {value: false}\n";

    private static List<List<String>> examples() throws Exception {
        var text = Files.readString(DOCUMENT);
        var blocks = text.substring(text.indexOf("## Examples")).split("```", -1);
        var examples = new ArrayList<List<String>>();
        for (int i = 1; i < blocks.length; i += 2) {
            examples.add(
                    Arrays.stream(blocks[i].split("\n", -1)).filter(l -> !l.isEmpty()).toList());
        }
        return examples;
    }

    @Test
    void simulatorAnswersEachExampleByteByByte() throws Exception {
        var examples = examples();
        assertThat(examples).hasSize(4);
        for (var example : examples) {
            try (var rig = new GpioRig(CHIP, List.of("{address: 'line:4'}"));
                    var socket = new Socket(rig.address().getAddress(), rig.address().getPort());
                    var in =
                            new BufferedReader(
                                    new InputStreamReader(
                                            socket.getInputStream(), StandardCharsets.US_ASCII))) {
                for (var line : example) {
                    var message = line.substring(2);
                    if (line.startsWith("> ")) {
                        socket.getOutputStream()
                                .write((message + "\n").getBytes(StandardCharsets.US_ASCII));
                    } else {
                        assertThat(in.readLine()).matches(message.replace(" T", " [0-9]{19}"));
                    }
                }
            }
        }
    }

    // What the driver sends is the first example's form.
    @Test
    void driverAsksAsTheDocumentSays() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var driver =
                        GpioRig.driver(
                                "sim://127.0.0.1:" + server.getLocalPort(),
                                List.of(
                                        "{address: 'line:4', active: low}",
                                        "{address: 'line:99', debounce: 10ms, bias: pull-up}"))) {
            var connecting =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    driver.connect();
                                } catch (DriverException _) {
                                    // The server below never answers.
                                } catch (InterruptedException _) {
                                    Thread.currentThread().interrupt();
                                }
                            });
            try (var socket = server.accept();
                    var in =
                            new BufferedReader(
                                    new InputStreamReader(
                                            socket.getInputStream(), StandardCharsets.US_ASCII))) {
                socket.getOutputStream()
                        .write("hello drme-gpio/2 32\n".getBytes(StandardCharsets.US_ASCII));
                for (var line : examples().getFirst()) {
                    if (line.startsWith("> ")) {
                        assertThat(in.readLine()).isEqualTo(line.substring(2));
                    }
                }
            }
            connecting.join();
        }
    }

    // Whatever a server says, the driver ends with a message, and never hangs or takes memory.
    @Test
    void driverRefusesWhatIsNoMessage() throws Exception {
        var hello = "hello drme-gpio/2 32\n";
        for (var said :
                List.of(
                        "HTTP/1.1 400 Bad Request\n",
                        "hello drme-gpio/1 32\n",
                        "\0\0\0\0",
                        "x".repeat(1_000),
                        hello + "line 4 2 1\n",
                        hello + "line 5 1 1\n",
                        hello + "line 4 1 99999999999999999999\n",
                        hello + "line 4 1\n",
                        hello + "error too many clients\n",
                        hello + "edge 4 1 1 1\n",
                        hello + "taken 4 1\n",
                        hello)) {
            try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                    var driver =
                            GpioRig.driver(
                                    "sim://127.0.0.1:" + server.getLocalPort(),
                                    List.of("{address: 'line:4'}"))) {
                var speaking = Thread.ofVirtual().start(() -> speak(server, said));
                assertThatThrownBy(driver::connect)
                        .as(said)
                        .isInstanceOf(DriverException.Unreachable.class)
                        .hasMessageContaining("device cabinet");
                speaking.join();
            }
        }
    }

    private static void speak(ServerSocket server, String said) {
        try (var socket = server.accept()) {
            socket.getOutputStream().write(said.getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            socket.getInputStream().readAllBytes();
        } catch (IOException _) {
            // The driver has gone, as it should.
        }
    }
}
