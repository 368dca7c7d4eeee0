package io.drme.bench;

import io.drme.sim.line.TcpLine;
import io.drme.time.Clock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;

/**
 * What many plants have: a Mosquitto on the gateway that bridges to one at the centre, a message a
 * sample at QoS 1. It queues while the line is down, in memory and without limit, which is the best
 * that can be said for it: the samples do not outlive its process.
 */
final class BridgePeer {
    private static final Duration WITHIN = Duration.ofMinutes(2);
    private static final int UNDER_WAY = 1_000;

    private final Path folder;
    private final Clock clock;

    BridgePeer(Path folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /**
     * What it came to.
     *
     * @param samplesPerSecond from the return of the line to the last message
     * @param bytesPerSample up the line
     * @param isWhole whether as many messages arrived as were sent
     */
    record Result(double samplesPerSecond, double bytesPerSample, boolean isWhole) {}

    Result run(int samples) throws Exception {
        int centrePort = FootprintPlant.freePort();
        int gatewayPort = FootprintPlant.freePort();
        try (var centre = broker("bridge-centre", centrePort, "");
                var line = new TcpLine(centrePort)) {
            centre.await("listening", WITHIN, () -> FootprintPlant.isOpen(centrePort));
            line.cut();
            var bridge =
                    """
                    connection up
                    address 127.0.0.1:%d
                    topic # out 1
                    cleansession false
                    restart_timeout 1
                    try_private false
                    notifications false
                    """
                            .formatted(line.port());
            try (var gateway = broker("bridge-gateway", gatewayPort, bridge);
                    var counter = new PublishCounter(centrePort)) {
                gateway.await("listening", WITHIN, () -> FootprintPlant.isOpen(gatewayPort));
                publish(gatewayPort, samples);
                long begin = clock.nanoTime();
                line.mend();
                centre.await("all samples", WITHIN, () -> counter.messages("bridge") >= samples);
                double seconds = (clock.nanoTime() - begin) / 1e9;
                clock.sleep(Duration.ofSeconds(1)); // what is doubled comes now
                return new Result(
                        samples / seconds,
                        (double) line.bytesUp() / samples,
                        counter.messages("bridge") == samples);
            }
        }
    }

    private Child broker(String name, int port, String bridge) throws IOException {
        var text =
                "listener %d 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 0\n%s"
                        .formatted(port, bridge);
        var config = Files.writeString(folder.resolve(name + ".conf"), text);
        return Child.start(name, List.of("mosquitto", "-c", config.toString()), Map.of(), folder);
    }

    private static void publish(int port, int samples) throws IOException, InterruptedException {
        var room = new Semaphore(UNDER_WAY);
        try {
            var client =
                    new MqttAsyncClient(
                            "tcp://127.0.0.1:" + port, "bench-plant", new MemoryPersistence());
            var options = new MqttConnectionOptions();
            options.setReceiveMaximum(UNDER_WAY);
            client.connect(options).waitForCompletion();
            for (int i = 0; i < samples; i++) {
                room.acquire();
                var topic = "bridge/meter-%d/v%d".formatted(1 + i % 10, i / 10 % 100);
                var value =
                        "{\"t\":%d,\"v\":%.1f}".formatted(1_790_000_000_000L + i, i % 900 / 10.0);
                client.publish(
                        topic,
                        value.getBytes(StandardCharsets.UTF_8),
                        1,
                        false,
                        null,
                        new Released(room));
            }
            room.acquire(UNDER_WAY);
            client.disconnectForcibly(1_000, 1_000, false);
            client.close(true);
        } catch (MqttException e) {
            throw new IOException("can't publish to the bridge: " + e.getMessage(), e);
        }
    }

    private record Released(Semaphore room)
            implements org.eclipse.paho.mqttv5.client.MqttActionListener {
        @Override
        public void onSuccess(org.eclipse.paho.mqttv5.client.IMqttToken token) {
            room.release();
        }

        @Override
        public void onFailure(org.eclipse.paho.mqttv5.client.IMqttToken token, Throwable cause) {
            room.release();
        }
    }
}
