package io.drme.driver.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.config.InvalidConfigException;
import io.drme.driver.Commissioning;
import io.drme.driver.DriverException;
import io.drme.driver.Offer;
import io.drme.driver.TestDevice;
import io.drme.time.SystemClock;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code probe}, {@code read} and {@code browse} do at devices that are not of the book. */
class CommissioningTest {
    private static final int LEAST_REQUEST_BYTES = 12;
    private static final int EXCEPTION_FLAG = 0x80;
    private static final int ILLEGAL_ADDRESS = 2;
    private static final Duration LIMIT = Duration.ofMillis(1_500);

    @TempDir private Path folder;

    private final AtomicInteger connections = new AtomicInteger();
    private final List<String> found = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private Set<Integer> silent = Set.of();

    /** Beyond it an address is refused with {@link #exception}. */
    private int last = 65_535;

    private int exception = ILLEGAL_ADDRESS;
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    }

    private void serve() {
        Thread.ofVirtual()
                .name("device")
                .start(() -> {
                    while (!server.isClosed()) {
                        try {
                            var socket = server.accept();
                            connections.incrementAndGet();
                            Thread.ofVirtual().name("connection").start(() -> answer(socket));
                        } catch (IOException _) {
                            return;
                        }
                    }
                });
    }

    private void answer(Socket socket) {
        try (socket) {
            var in = new DataInputStream(socket.getInputStream());
            var request = new byte[LEAST_REQUEST_BYTES];
            while (true) {
                in.readFully(request);
                if (!silent.contains((int) request[7])) {
                    socket.getOutputStream().write(answer(request));
                }
            }
        } catch (IOException _) {
            // the other end is gone
        }
    }

    private byte[] answer(byte[] request) {
        var asked = ByteBuffer.wrap(request);
        int function = asked.get(7);
        int start = Short.toUnsignedInt(asked.getShort(8));
        int count = asked.getShort(10);
        boolean refused = start + count - 1 > last;
        int data = function <= 2 ? (count + 7) / 8 : 2 * count;
        var answer = ByteBuffer.allocate(9 + (refused ? 0 : data));
        answer.putShort(asked.getShort(0)).putShort((short) 0);
        answer.putShort((short) (answer.capacity() - 6)).put(asked.get(6));
        answer.put((byte) (refused ? function | EXCEPTION_FLAG : function));
        answer.put((byte) (refused ? exception : data));
        return answer.array();
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private TestDevice device() {
        return new TestDevice(
                new ModbusDriverFactory(),
                "tcp://127.0.0.1:" + server.getLocalPort(),
                Map.of(),
                new TestDevice.Access(LIMIT, folder, new SystemClock()));
    }

    private void browse(int to) throws Exception {
        new ModbusCommissioning()
                .browse(
                        device(),
                        new Commissioning.Extent(0, to),
                        new Commissioning.Listener() {
                            @Override
                            public void found(Offer offer) {
                                found.add(offer.name());
                            }

                            @Override
                            public void note(String text) {
                                notes.add(text);
                            }
                        });
    }

    private List<Commissioning.Reading> read(String address, Map<String, String> keys)
            throws Exception {
        return new ModbusCommissioning()
                .read(
                        device(),
                        address,
                        new Commissioning.Wish(
                                keys, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, 1, 0));
    }

    @Test
    void aTableThatIsSilentIsNotedAndTheOthersAreListed() throws Exception {
        silent = Set.of(1);
        serve();

        browse(1);
        assertThat(found)
                .containsExactly(
                        "discrete/0", "discrete/1", "input/0", "input/1", "holding/0", "holding/1");
        assertThat(notes).singleElement().asString().startsWith("coil: no answer (");
    }

    @Test
    void aDeviceThatAnswersNothingIsAnError() {
        silent = Set.of(1, 2, 3, 4);
        serve();

        assertThatThrownBy(() -> browse(1)).isInstanceOf(DriverException.Unreachable.class);
        assertThat(notes).hasSize(4);
    }

    @Test
    void aBrowseTakesOneConnection() throws Exception {
        serve();

        browse(299);
        assertThat(found).hasSize(1_200);
        assertThat(connections).hasValue(1);
    }

    @Test
    void whatNobodyKnowsIsSaidAndNotLeftOut() {
        serve();

        for (var keys :
                List.of(
                        Map.of("type", "flaot32"),
                        Map.of("order", "cbad"),
                        Map.of("type", "bool"))) {
            assertThatThrownBy(() -> read("holding:0", keys))
                    .as("%s", keys)
                    .isInstanceOf(InvalidConfigException.class);
        }
        assertThat(connections).hasValue(0);
    }

    @Test
    void whatNoReadingFitsIsAnErrorWithARemedy() {
        last = 5;
        serve();

        assertThatThrownBy(() -> read("holding:5", Map.of("type", "uint32")))
                .isInstanceOf(DriverException.Refused.class)
                .hasMessageContaining("takes 2 registers, and the device gives 1 from there")
                .hasMessageContaining("leave out --type");
    }

    @Test
    void bcdOfUnknownLengthIsShownInEach() throws Exception {
        serve();

        assertThat(read("holding:0", Map.of("type", "bcd", "order", "abcd")))
                .extracting(r -> r.keys().get("length") + " " + r.values())
                .containsExactlyInAnyOrder("2 [0]", "4 [0]", "6 [0]", "8 [0]");
    }

    @Test
    void aRefusedTextOrBitIsARefusalAndNoValue() {
        last = 5;
        serve();

        for (var keys :
                List.of(
                        Map.of("type", "text", "length", "4"),
                        Map.of("type", "bcd", "length", "4"))) {
            assertThatThrownBy(() -> read("holding:9", keys))
                    .isInstanceOf(DriverException.Refused.class)
                    .hasMessageContaining("refuses holding:9 (400010)");
        }
        assertThatThrownBy(() -> read("coil:9", Map.of()))
                .isInstanceOf(DriverException.Refused.class)
                .hasMessageContaining("try coil:8");
    }

    @Test
    void theReasonOfARefusalIsTheDevices() {
        last = -1;
        serve();

        assertThatThrownBy(() -> read("holding:0", Map.of()))
                .hasMessageContaining("it has none there")
                .message()
                .doesNotContain("try holding:0");
        exception = 4;
        assertThatThrownBy(() -> read("holding:7", Map.of()))
                .hasMessageContaining("try again")
                .message()
                .doesNotContain("none there", "counts from 1");
        exception = 1;
        assertThatThrownBy(() -> read("holding:7", Map.of()))
                .hasMessageContaining("lack the whole table");
    }

    @Test
    void anAddressOfUnknownTypeIsABitWhereItCanBeNoRegister() throws Exception {
        var all = new ArrayList<String>();
        for (var address : List.of("10001", "00001", "40001", "holding:3.4", "input:1")) {
            all.add(
                    new ModbusCommissioning()
                            .firstTags(device(), address)
                            .getFirst()
                            .getOrDefault("type", ""));
        }
        assertThat(all).containsExactly("bool", "bool", "uint16", "bool", "uint16");
    }
}
