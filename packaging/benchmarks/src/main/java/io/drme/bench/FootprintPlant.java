package io.drme.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What stands around an agent: the simulators of its devices, and the real centre. */
final class FootprintPlant implements AutoCloseable {
    private static final Duration READY_WITHIN = Duration.ofSeconds(90);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    private final Path folder;
    private final List<Child> children = new ArrayList<>();
    private final int mqttPort = freePort();
    private final int httpPort = freePort();

    private FootprintPlant(Path folder) throws IOException {
        this.folder = folder;
    }

    /**
     * Where the devices of a plant are.
     *
     * @param modbus port of the meters
     * @param opcUa port of the boiler; nobody listens where the work has none
     */
    record Devices(int modbus, int opcUa) {}

    /** Starts the centre. */
    static FootprintPlant start(Path folder) throws Exception {
        var plant = new FootprintPlant(folder);
        try {
            var centre =
                    Child.program(
                            "centre",
                            "cloud",
                            List.of(
                                    "run",
                                    "--data",
                                    Files.createDirectories(folder.resolve("centre")).toString(),
                                    "--port",
                                    Integer.toString(plant.httpPort),
                                    "--mqtt-port",
                                    Integer.toString(plant.mqttPort)),
                            folder);
            plant.children.add(centre);
            var ready = "http://127.0.0.1:%d/health/ready".formatted(plant.httpPort);
            centre.await("ready", READY_WITHIN, () -> answers(ready));
            return plant;
        } catch (Exception e) {
            plant.close();
            throw e;
        }
    }

    /** Where agents connect. */
    int mqttPort() {
        return mqttPort;
    }

    /** Starts the simulators of a work. */
    Devices simulate(FootprintWork work) throws Exception {
        var devices = new Devices(freePort(), freePort());
        simulate(work.name(), work.plant(folder, devices.modbus(), devices.opcUa()));
        return devices;
    }

    /** Starts the simulators of a scenario. */
    void simulate(String name, Path scenario) throws Exception {
        int control = freePort();
        var sim =
                Child.program(
                        "sim-" + name,
                        "sim",
                        List.of("run", scenario.toString(), "--control", Integer.toString(control)),
                        folder);
        children.add(sim);
        sim.await(
                "ready",
                READY_WITHIN,
                () -> answers("http://127.0.0.1:%d/api/v1/devices".formatted(control)));
    }

    /** The centre, which was started first. */
    Child centreProcess() {
        return children.getFirst();
    }

    /** Where the centre's files are. */
    Path centre() {
        return folder.resolve("centre");
    }

    /** Starts a broker for the peers; nothing where there is no mosquitto. */
    int startBroker() throws Exception {
        int port = freePort();
        var config =
                Files.writeString(
                        folder.resolve("mosquitto.conf"),
                        "listener %d 127.0.0.1\nallow_anonymous true\n".formatted(port));
        var broker =
                Child.start(
                        "mosquitto",
                        List.of("mosquitto", "-c", config.toString()),
                        Map.of(),
                        folder);
        children.add(broker);
        broker.await("listening", READY_WITHIN, () -> isOpen(port));
        return port;
    }

    /** Whether somebody listens at a port of loopback. */
    static boolean isOpen(int port) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        }
    }

    /** Whether there is an answer, and it is 200. */
    static boolean answers(String url) throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(2)).build();
        return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    }

    /** So many different ports of loopback that nobody listens at now. */
    static List<Integer> freePorts(int count) throws IOException {
        var held = new ArrayList<ServerSocket>();
        try {
            while (held.size() < count) {
                held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return held.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (var socket : held) {
                socket.close();
            }
        }
    }

    /** A port of loopback that nobody listens at now. */
    static int freePort() throws IOException {
        try (var any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        }
    }

    @Override
    public void close() {
        children.reversed().forEach(Child::close);
    }
}
