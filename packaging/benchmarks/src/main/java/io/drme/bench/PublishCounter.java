package io.drme.bench;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/** Counts what the peers publish, by the first word of the topic. */
final class PublishCounter implements AutoCloseable, MqttCallback {
    private final MqttClient client;
    private final Map<String, AtomicLong> messages = new ConcurrentHashMap<>();

    PublishCounter(int brokerPort) throws IOException {
        try {
            client =
                    new MqttClient(
                            "tcp://127.0.0.1:" + brokerPort,
                            "bench-counter",
                            new MemoryPersistence());
            client.setCallback(this);
            client.connect();
            client.subscribe("#", 0);
        } catch (MqttException e) {
            throw new IOException("can't listen to the broker: " + e.getMessage(), e);
        }
    }

    long messages(String name) {
        var count = messages.get(name);
        return count == null ? 0 : count.get();
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) {
        messages.computeIfAbsent(topic.split("/", 2)[0], _ -> new AtomicLong()).incrementAndGet();
    }

    @Override
    public void disconnected(MqttDisconnectResponse response) {}

    @Override
    public void mqttErrorOccurred(MqttException exception) {}

    @Override
    public void deliveryComplete(IMqttToken token) {}

    @Override
    public void connectComplete(boolean reconnect, String url) {}

    @Override
    public void authPacketArrived(int reason, MqttProperties properties) {}

    @Override
    public void close() {
        try {
            client.disconnectForcibly(1_000, 1_000);
            client.close(true);
        } catch (MqttException _) {
            // The process ends soon anyway.
        }
    }
}
