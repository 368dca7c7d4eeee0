package io.drme.driver.mqtt;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.drme.time.SystemClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;

/** A broker that somebody else wrote, in a process of its own, and those who publish to it. */
final class Mosquitto implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/sbin/mosquitto");
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String PASSWORD = "test-only";

    private final Path folder;
    private final int port;
    private Process process;

    private Mosquitto(Path folder, int port, Process process) {
        this.folder = folder;
        this.port = port;
        this.process = process;
    }

    /**
     * Starts one; skips the test where there is none, but not in CI.
     *
     * @param folder for its files, its own
     * @param settings lines of its configuration beside the listener
     */
    static Mosquitto start(Path folder, String settings) throws Exception {
        if (!Files.isExecutable(PROGRAM)) {
            if (Boolean.parseBoolean(System.getenv("CI"))) {
                fail("mosquitto is missing; install the package mosquitto");
            }
            abort("mosquitto is missing; install the package mosquitto");
        }
        Files.createDirectories(folder);
        int port = freePort();
        Files.writeString(
                folder.resolve("mosquitto.conf"),
                "user root%nlistener %d 127.0.0.1%npersistence false%n%s%n"
                        .formatted(port, settings));
        var broker = new Mosquitto(folder, port, spawn(folder));
        broker.awaitListening();
        return broker;
    }

    private static Process spawn(Path folder) throws IOException {
        return new ProcessBuilder(PROGRAM.toString(), "-c", "mosquitto.conf")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("mosquitto.log").toFile())
                .start();
    }

    static int freePort() throws IOException {
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private void awaitListening() throws Exception {
        var clock = new SystemClock();
        long deadline = clock.nanoTime() + LIMIT.toNanos();
        while (true) {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return;
            } catch (IOException e) {
                if (!process.isAlive() || clock.nanoTime() > deadline) {
                    throw new AssertionError(Files.readString(folder.resolve("mosquitto.log")), e);
                }
                clock.sleep(Duration.ofMillis(10));
            }
        }
    }

    int port() {
        return port;
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    void restart() throws Exception {
        kill();
        process = spawn(folder);
        awaitListening();
    }

    /** A publisher; its will, if it dies, goes to {@code status} as {@code offline}. */
    MqttClient publisher(String id) throws MqttException {
        var client = new MqttClient("tcp://127.0.0.1:" + port, id, new MemoryPersistence());
        var options = new MqttConnectionOptions();
        options.setWill("status/" + id, new MqttMessage(bytes("offline")));
        options.setCleanStart(true);
        client.connect(options);
        return client;
    }

    static byte[] bytes(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    /** Publishes once, and returns when the broker has it. */
    void publish(String topic, String payload, boolean retained) throws MqttException {
        publish(topic, bytes(payload), retained);
    }

    void publish(String topic, byte[] payload, boolean retained) throws MqttException {
        var client = publisher("publisher-" + topic.hashCode());
        client.publish(topic, payload, 1, retained);
        client.disconnect();
        client.close();
    }

    /** Makes a certificate that vouches for itself, with its key: NAME.pem and NAME.key. */
    static void certificate(Path folder, String name) throws Exception {
        Files.createDirectories(folder);
        var store = folder.resolve(name + ".p12");
        var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        var made =
                new ProcessBuilder(
                                List.of(
                                        keytool,
                                        "-genkeypair",
                                        "-alias",
                                        "a",
                                        "-keyalg",
                                        "EC",
                                        "-dname",
                                        "CN=" + name,
                                        "-ext",
                                        "SAN=dns:localhost,ip:127.0.0.1",
                                        "-ext",
                                        "BC=ca:true",
                                        "-storetype",
                                        "PKCS12",
                                        "-storepass",
                                        PASSWORD,
                                        "-keystore",
                                        store.toString()))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!made.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS) || made.exitValue() != 0) {
            throw new AssertionError("keytool failed");
        }
        var keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        pem(folder.resolve(name + ".pem"), "CERTIFICATE", keys.getCertificate("a").getEncoded());
        pem(
                folder.resolve(name + ".key"),
                "PRIVATE KEY",
                keys.getKey("a", PASSWORD.toCharArray()).getEncoded());
    }

    private static void pem(Path file, String kind, byte[] bytes) throws IOException {
        Files.writeString(
                file,
                "-----BEGIN %s-----%n%s%n-----END %s-----%n"
                        .formatted(kind, Base64.getMimeEncoder().encodeToString(bytes), kind));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
