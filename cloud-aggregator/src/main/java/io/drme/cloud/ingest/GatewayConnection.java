package io.drme.cloud.ingest;

import io.drme.sync.Topics;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.messages.codes.MqttDisconnectReasonCode;
import io.vertx.mqtt.messages.codes.MqttPubAckReasonCode;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One connection of a gateway. May be used from any thread: everything is done on the connection's
 * own event loop.
 */
final class GatewayConnection {
    /** Answers without an acknowledgement; a gateway that takes none has to ask again. */
    static final int MAX_ANSWERS_UNDER_WAY = 4_096;

    private final MqttEndpoint endpoint;
    private final Context context;
    private final Topics.Up identity;
    private final AtomicInteger answersUnderWay = new AtomicInteger();

    GatewayConnection(MqttEndpoint endpoint, Context context, Topics.Up identity) {
        this.endpoint = endpoint;
        this.context = context;
        this.identity = identity;
        endpoint.publishAcknowledgeHandler(_ -> answersUnderWay.decrementAndGet());
    }

    Topics.Up identity() {
        return identity;
    }

    String clientId() {
        return endpoint.clientIdentifier();
    }

    /** Acknowledges a message on the transport. */
    void acknowledge(int messageId, MqttPubAckReasonCode code) {
        context.runOnContext(_ -> {
            if (endpoint.isConnected()) {
                endpoint.publishAcknowledge(messageId, code, MqttProperties.NO_PROPERTIES);
            }
        });
    }

    /** Sends an answer; false when too many are under way. */
    boolean send(byte[] message) {
        if (answersUnderWay.incrementAndGet() > MAX_ANSWERS_UNDER_WAY) {
            answersUnderWay.decrementAndGet();
            return false;
        }
        context.runOnContext(_ -> {
            if (endpoint.isConnected()) {
                endpoint.publish(
                        Topics.down(identity.gateway()),
                        Buffer.buffer(message),
                        MqttQoS.AT_LEAST_ONCE,
                        false,
                        false);
            }
        });
        return true;
    }

    /** Ends the connection because the same client came again. */
    void takenOver() {
        end(MqttDisconnectReasonCode.SESSION_TAKEN_OVER);
    }

    /** Ends the connection because this member takes nothing now. */
    void sendAway() {
        end(MqttDisconnectReasonCode.USE_ANOTHER_SERVER);
    }

    private void end(MqttDisconnectReasonCode reason) {
        context.runOnContext(_ -> {
            if (endpoint.isConnected()) {
                endpoint.disconnect(reason, MqttProperties.NO_PROPERTIES);
                // Where the line is dead, writing to it has closed the endpoint already.
                if (endpoint.isConnected()) {
                    endpoint.close();
                }
            }
        });
    }
}
