package io.drme.edge;

import static io.drme.edge.RunningGateway.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same URL means one connection: many gateways to serial lines bear only one. */
class SharedConnectionTest {
    private static final String CONFIG =
            """
            gateway: {id: line-1}
            connections:
              bus-1: {url: "tcp://127.0.0.1:@port@"}
            profiles:
              meter: {driver: modbus, poll: 20ms, tags: {on: {address: "coil:0"}}}
            devices:
              meter-7: {profile: meter, connection: bus-1, unit-id: 7}
              meter-8: {profile: meter, connection: bus-1, unit-id: 8}
              meter-9: {profile: meter, url: "tcp://127.0.0.1:@port@", unit-id: 9}
            store: {sync-every: 50ms}
            web: {listen: "127.0.0.1:0"}
            """;

    /** Answers each request for one coil with a 1, on any unit; counts who came. */
    private static final class Bus implements AutoCloseable {
        private static final int REQUEST_BYTES = 12;

        private final ServerSocket server =
                new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        final AtomicInteger connections = new AtomicInteger();
        final Set<Integer> units = new ConcurrentSkipListSet<>();

        Bus() throws IOException {
            Thread.ofVirtual().name("bus").start(this::accept);
        }

        int port() {
            return server.getLocalPort();
        }

        private void accept() {
            try {
                while (true) {
                    var socket = server.accept();
                    connections.incrementAndGet();
                    Thread.ofVirtual().name("bus-connection").start(() -> serve(socket));
                }
            } catch (IOException _) {
                // The test is over.
            }
        }

        private void serve(Socket socket) {
            try (socket) {
                while (true) {
                    var request = socket.getInputStream().readNBytes(REQUEST_BYTES);
                    if (request.length < REQUEST_BYTES) {
                        return;
                    }
                    units.add((int) request[6]);
                    socket.getOutputStream()
                            .write(
                                    ByteBuffer.allocate(10)
                                            .put(request, 0, 4)
                                            .putShort((short) 4)
                                            .put(request[6])
                                            .put(new byte[] {1, 1, 1})
                                            .array());
                }
            } catch (IOException _) {
                // The agent hung up.
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    @TempDir private Path folder;

    @Test
    void threeDevicesOfOneUrlShareOneConnection() throws Exception {
        var file = folder.resolve("gateway.yaml");
        try (var bus = new Bus()) {
            Files.writeString(file, CONFIG.replace("@port@", Integer.toString(bus.port())));
            try (var gateway = RunningGateway.start(file, folder.resolve("data"))) {
                for (var meter : new String[] {"meter-7", "meter-8", "meter-9"}) {
                    await(
                            meter + " is good",
                            () ->
                                    "good"
                                            .equals(
                                                    gateway.items(
                                                                    "/api/v1/latest?match=line-1/"
                                                                            + meter
                                                                            + "/on")
                                                            .getFirst()
                                                            .getString("quality")));
                }
            }
            assertThat(bus.units).containsExactly(7, 8, 9);
            assertThat(bus.connections).hasValue(1);
        }
    }
}
