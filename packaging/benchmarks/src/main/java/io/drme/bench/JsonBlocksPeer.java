package io.drme.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import com.github.luben.zstd.Zstd;
import io.drme.sim.line.TcpLine;
import io.drme.time.Clock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;

/**
 * What one writes in an afternoon: a minute of 1,000 tags as one JSON document, zstd, over a broker
 * at QoS 1; the other side unpacks and parses it, and stores nothing.
 */
final class JsonBlocksPeer {
    private static final int TAGS = 1_000;
    private static final int SECONDS = 60;
    private static final int LEVEL = 3;
    private static final int MOST_EXPANDED = 16 << 20;
    private static final Duration WITHIN = Duration.ofMinutes(2);

    private final Clock clock;

    JsonBlocksPeer(Clock clock) {
        this.clock = clock;
    }

    /** Runs it over a broker that is there. */
    BridgePeer.Result run(int brokerPort, int blocks) throws Exception {
        var parsed = new AtomicLong();
        try (var line = new TcpLine(brokerPort)) {
            var centre = client(brokerPort, "bench-centre");
            centre.setCallback(new Parsing(parsed));
            centre.subscribe("blocks", 1);
            long begin = clock.nanoTime();
            var gateway =
                    new MqttAsyncClient(
                            "tcp://127.0.0.1:" + line.port(), "bench-gw", new MemoryPersistence());
            gateway.connect().waitForCompletion();
            var random = new SplittableRandom(11);
            var levels = new int[TAGS];
            for (int i = 0; i < blocks; i++) {
                var packed = Zstd.compress(block(i, levels, random), LEVEL);
                gateway.publish("blocks", packed, 1, false).waitForCompletion();
            }
            long samples = (long) blocks * TAGS * SECONDS;
            long until = clock.nanoTime() + WITHIN.toNanos();
            while (parsed.get() < samples && clock.nanoTime() - until < 0) {
                clock.sleep(Duration.ofMillis(5));
            }
            double seconds = (clock.nanoTime() - begin) / 1e9;
            gateway.disconnectForcibly(1_000, 1_000, false);
            gateway.close(true);
            centre.disconnectForcibly(1_000, 1_000);
            centre.close(true);
            return new BridgePeer.Result(
                    samples / seconds, (double) line.bytesUp() / samples, parsed.get() == samples);
        } catch (MqttException e) {
            throw new IOException("JSON blocks: " + e.getMessage(), e);
        }
    }

    private static MqttClient client(int port, String id) throws MqttException {
        var client = new MqttClient("tcp://127.0.0.1:" + port, id, new MemoryPersistence());
        client.connect();
        return client;
    }

    private static byte[] block(int number, int[] levels, SplittableRandom random) {
        var text = new StringBuilder("[");
        for (int second = 0; second < SECONDS; second++) {
            long time = 1_790_000_000_000L + (number * 60L + second) * 1_000;
            for (int tag = 0; tag < TAGS; tag++) {
                int dice = random.nextInt(8);
                levels[tag] += dice == 0 ? 1 : dice == 1 ? -1 : 0;
                text.append(text.length() == 1 ? "" : ",");
                text.append("{\"tag\":\"meter-").append(1 + tag / 100).append("/v");
                text.append(tag % 100).append("\",\"t\":").append(time).append(",\"v\":");
                text.append((500 + levels[tag]) / 10.0).append('}');
            }
        }
        return text.append(']').toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Counts the values of documents. */
    private static final class Parsing implements org.eclipse.paho.mqttv5.client.MqttCallback {
        private final JsonFactory json = new JsonFactory();
        private final AtomicLong parsed;

        Parsing(AtomicLong parsed) {
            this.parsed = parsed;
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) throws IOException {
            var text = Zstd.decompress(message.getPayload(), MOST_EXPANDED);
            long values = 0;
            try (var in = json.createParser(text)) {
                for (var token = in.nextToken(); token != null; token = in.nextToken()) {
                    values += token == JsonToken.VALUE_NUMBER_FLOAT ? 1 : 0;
                }
            }
            parsed.addAndGet(values);
        }

        @Override
        public void disconnected(org.eclipse.paho.mqttv5.client.MqttDisconnectResponse response) {}

        @Override
        public void mqttErrorOccurred(MqttException exception) {}

        @Override
        public void deliveryComplete(org.eclipse.paho.mqttv5.client.IMqttToken token) {}

        @Override
        public void connectComplete(boolean reconnect, String url) {}

        @Override
        public void authPacketArrived(
                int reason, org.eclipse.paho.mqttv5.common.packet.MqttProperties properties) {}
    }
}
