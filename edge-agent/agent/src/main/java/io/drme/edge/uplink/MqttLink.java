package io.drme.edge.uplink;

import io.drme.driver.mqtt.BrokerSocket;
import io.drme.sync.Message;
import io.drme.sync.MessageCodec;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClientException;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttConnAck;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/**
 * One connection, from its begin to its end; the next one is another object, so that nothing that
 * the library still does for a dead one can touch it.
 *
 * <p><b>Threads.</b> The owner's methods neither block nor wait. The library's callbacks only set
 * the state, count, and put into the bounded inbox.
 */
final class MqttLink implements MqttCallback {
    private static final int QOS_AT_LEAST_ONCE = 1;
    private static final int FIRST_ERROR_CODE = 0x80;
    private static final int QUOTA_EXCEEDED = 0x97;
    private static final long QUOTA_RETRY_MILLIS = 1_000;
    private static final long SETTLED_WITHIN_SECONDS = 30;

    /** How a connection stands. */
    sealed interface State {
        /** The connection is being made. */
        record Connecting() implements State {}

        /** It stands, and takes messages. */
        record Up() implements State {}

        /** It is gone for good. */
        record Down(String why) implements State {}
    }

    /**
     * Where to and as whom.
     *
     * @param options all but the socket
     */
    record Target(String uri, String clientId, MqttConnectionOptions options) {}

    /** Where messages of the centre go; never blocks. */
    interface Inbox {
        /** Takes a message, or drops it where there is no room. */
        void put(byte[] message);

        /** Something changed that the owner may want to look at. */
        void wake();
    }

    private final MqttAsyncClient client;
    private final BrokerSocket socket;
    private final Optional<String> listenTo;
    private final int mostUnderWay;
    private final Inbox inbox;
    private final AtomicReference<State> state = new AtomicReference<>(new State.Connecting());
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger allowed = new AtomicInteger();

    /** Down once the library has said how the connect went. */
    private final CountDownLatch settled = new CountDownLatch(1);

    private MqttLink(
            MqttAsyncClient client,
            BrokerSocket socket,
            Optional<String> listenTo,
            int mostUnderWay,
            Inbox inbox) {
        this.client = client;
        this.socket = socket;
        this.listenTo = listenTo;
        this.mostUnderWay = mostUnderWay;
        this.inbox = inbox;
        allowed.set(mostUnderWay);
    }

    /**
     * Begins to connect.
     *
     * @param socket for this connection alone
     * @param listenTo topic to subscribe to before the link counts as up
     * @param mostUnderWay messages without an acknowledgement of the transport
     * @throws MqttException when the library refuses at once
     */
    static MqttLink begin(
            Target target,
            BrokerSocket socket,
            Optional<String> listenTo,
            int mostUnderWay,
            Inbox inbox)
            throws MqttException {
        var client = new MqttAsyncClient(target.uri(), target.clientId(), new MemoryPersistence());
        var link = new MqttLink(client, socket, listenTo, mostUnderWay, inbox);
        client.setCallback(link);
        target.options().setSocketFactory(socket.factory());
        client.connect(target.options(), null, link.connecting());
        return link;
    }

    State state() {
        return state.get();
    }

    /** Hands over a message; false when too many are under way or the link is not up. */
    boolean send(String topic, byte[] bytes) {
        if (!(state.get() instanceof State.Up) || underWay.get() >= allowed.get()) {
            return false;
        }
        underWay.incrementAndGet();
        try {
            client.publish(
                    topic,
                    bytes,
                    QOS_AT_LEAST_ONCE,
                    false,
                    null,
                    listener(token -> acknowledged(token, bytes)));
            return true;
        } catch (MqttException e) {
            underWay.decrementAndGet();
            if (e.getReasonCode() != MqttClientException.REASON_CODE_MAX_INFLIGHT) {
                down("publish failed: " + e.getMessage());
            }
            return false;
        }
    }

    /** Ends the connection; may block for seconds, so not for the owner's thread. */
    void dispose() {
        down("closed");
        try {
            awaitSettled();
            client.disconnectForcibly(0, 0, false);
        } catch (MqttException _) {
            // It was not connected.
        }
        try {
            client.close(true);
        } catch (MqttException _) {
            // It was closed.
        }
    }

    /**
     * Ends the connect by its socket and waits until the library knows: stopped in the midst of its
     * start, the library waits for ever for a thread of its own that has ended already.
     */
    private void awaitSettled() {
        if (settled.getCount() == 0) {
            return;
        }
        try {
            socket.close();
        } catch (IOException _) {
            // It is closed all the same.
        }
        try {
            boolean _ = settled.await(SETTLED_WITHIN_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private MqttActionListener connecting() {
        var then = listener(this::connected);
        return new MqttActionListener() {
            @Override
            public void onSuccess(IMqttToken token) {
                settled.countDown();
                then.onSuccess(token);
            }

            @Override
            public void onFailure(IMqttToken token, Throwable cause) {
                settled.countDown();
                then.onFailure(token, cause);
            }
        };
    }

    private void connected(IMqttToken token) {
        if (token.getResponse() instanceof MqttConnAck answer) {
            var most = answer.getProperties().getReceiveMaximum();
            allowed.set(most == null ? mostUnderWay : Math.clamp(most, 1, mostUnderWay));
        }
        if (listenTo.isEmpty()) {
            up();
            return;
        }
        try {
            client.subscribe(
                    listenTo.get(),
                    QOS_AT_LEAST_ONCE,
                    null,
                    listener(subscribed -> {
                        int code = firstError(subscribed);
                        if (code == 0) {
                            up();
                        } else {
                            down("the centre refused the subscription with code " + code);
                        }
                    }));
        } catch (MqttException e) {
            down("subscribe failed: " + e.getMessage());
        }
    }

    /** An acknowledgement with an error in it arrives as a success of the library. */
    private void acknowledged(IMqttToken token, byte[] bytes) {
        underWay.decrementAndGet();
        if (firstError(token) == QUOTA_EXCEEDED
                && MessageCodec.decode(bytes)
                        instanceof MessageCodec.Whole(Message.Delivery(long session, var item))) {
            inbox.put(
                    MessageCodec.encode(
                            new Message.Refusal(
                                    session,
                                    Message.Cause.QUOTA,
                                    item.stream(),
                                    item.sequence(),
                                    QUOTA_RETRY_MILLIS,
                                    "the centre's queue is full")));
        }
        inbox.wake();
    }

    private static int firstError(IMqttToken token) {
        var codes = token.getReasonCodes();
        if (codes != null) {
            for (int code : codes) {
                if (code >= FIRST_ERROR_CODE) {
                    return code;
                }
            }
        }
        return 0;
    }

    private void up() {
        var before = state.get();
        if (before instanceof State.Connecting) {
            state.compareAndSet(before, new State.Up());
        }
        inbox.wake();
    }

    private void down(String why) {
        if (!(state.get() instanceof State.Down)) {
            state.set(new State.Down(why));
            inbox.wake();
        }
    }

    private interface Success {
        void of(IMqttToken token);
    }

    private MqttActionListener listener(Success success) {
        return new MqttActionListener() {
            @Override
            public void onSuccess(IMqttToken token) {
                success.of(token);
            }

            @Override
            public void onFailure(IMqttToken token, Throwable cause) {
                // For a publish this also comes where it was delivered; receipts tell.
                var why = cause.getCause() == null ? cause : cause.getCause();
                down(why.getMessage() == null ? why.toString() : why.getMessage());
            }
        };
    }

    // ---- the library's callbacks

    @Override
    public void disconnected(MqttDisconnectResponse response) {
        var cause = response.getException();
        down(
                cause == null || cause.getMessage() == null
                        ? "disconnected with code " + response.getReturnCode()
                        : cause.getMessage());
    }

    @Override
    public void mqttErrorOccurred(MqttException exception) {
        down(exception.getMessage() == null ? exception.toString() : exception.getMessage());
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) {
        inbox.put(message.getPayload());
    }

    @Override
    public void deliveryComplete(IMqttToken token) {
        // Told by the listener of the publish.
    }

    @Override
    public void connectComplete(boolean reconnect, String serverUri) {
        // Told by the listener of the connect.
    }

    @Override
    public void authPacketArrived(int reasonCode, MqttProperties properties) {
        // Not asked for.
    }
}
