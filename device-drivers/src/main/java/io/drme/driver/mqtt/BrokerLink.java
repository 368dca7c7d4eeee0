package io.drme.driver.mqtt;

import io.drme.config.PemTls;
import io.drme.driver.DriverException;
import io.drme.time.Clock;
import java.io.EOFException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttConnAck;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a broker, from its begin to its end; the next one is another object, so that
 * nothing that the library still does for a dead one can touch it.
 *
 * <p><b>Threads.</b> {@link #open} and {@link #subscribe} are the owner's and block, each step
 * within the time limit; the rest is for any thread and does not. The library's callbacks call the
 * {@link Listener}.
 */
final class BrokerLink implements MqttCallback {
    /** Messages that the broker may have under way to us without our acknowledgement. */
    private static final int RECEIVE_MAXIMUM = 256;

    private static final int MOST_FILTERS_A_REQUEST = 64;
    private static final int MIN_CONNECT_SECONDS = 2;
    private static final long LOOK_MILLIS = 20;
    private static final int PINGS_MISSED = 2;
    private static final int MILLIS = 1_000;
    private static final int ENDED_WITHIN_SECONDS = 30;

    /** Who hears; called by the library's threads, and must not block. */
    interface Listener {
        /**
         * A message.
         *
         * @param retained whether the broker had kept it
         * @param subscriptions ids of the subscriptions that it is for; empty where the broker does
         *     not tell
         */
        void message(String topic, byte[] payload, boolean retained, List<Integer> subscriptions);

        /** The connection is gone for good. */
        void lost();
    }

    /**
     * Where to and as whom.
     *
     * @param device the device's name, for messages
     * @param timeout bounds each step
     */
    record Target(String device, MqttSettings settings, String clientId, Duration timeout) {
        DriverException.Unreachable unreachable(String what, @Nullable Throwable cause) {
            return new DriverException.Unreachable(
                    "%s (%s) %s".formatted(device, settings.url(), what), cause);
        }

        DriverException.Refused refused(String what, @Nullable Throwable cause) {
            return new DriverException.Refused(
                    "%s (%s) %s".formatted(device, settings.url(), what), cause);
        }
    }

    /**
     * What to ask for.
     *
     * @param id from 1; comes with each message for it
     * @param retained whether the broker is to send what it has kept
     */
    record Request(int id, String filter, int qos, boolean retained) {}

    private final Target target;
    private final BrokerSocket socket;
    private final MqttAsyncClient client;
    private final Listener listener;
    private final Clock clock;
    private final CountDownLatch answered = new CountDownLatch(1);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final AtomicReference<@Nullable String> lost = new AtomicReference<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean tellsSubscriptions;

    private BrokerLink(Target target, BrokerSocket socket, Listener listener, Clock clock)
            throws MqttException {
        this.target = target;
        this.socket = socket;
        this.listener = listener;
        this.clock = clock;
        // TLS is the socket's affair, so the library is told of TCP only.
        this.client =
                new MqttAsyncClient(
                        "tcp://%s:%d".formatted(target.settings().host(), target.settings().port()),
                        target.clientId(),
                        new MemoryPersistence());
    }

    /**
     * Connects, and returns once the broker has let us in.
     *
     * @throws DriverException with the step at which it failed, and what to do
     */
    static BrokerLink open(Target target, Listener listener, Clock clock)
            throws DriverException, InterruptedException {
        var socket =
                new BrokerSocket(
                        secure(target), Math.toIntExact(target.timeout().toMillis()), clock);
        try {
            var link = new BrokerLink(target, socket, listener, clock);
            link.client.setCallback(link);
            var options = options(target, socket);
            try {
                link.client.connect(options, null, link.connecting());
                link.awaitAnswer();
            } catch (DriverException | InterruptedException | MqttException e) {
                link.close();
                throw e;
            }
            return link;
        } catch (MqttException | IllegalArgumentException e) {
            throw target.unreachable("can't be connected to: " + message(e), e);
        }
    }

    private static Optional<BrokerSocket.Secure> secure(Target target)
            throws DriverException.Refused {
        var settings = target.settings();
        if (!settings.tls()) {
            return Optional.empty();
        }
        var security = settings.security();
        try {
            var context =
                    PemTls.context(
                            PemTls.TLS_1_2_OR_NEWER,
                            security.ca(),
                            security.certificate(),
                            security.key());
            return Optional.of(new BrokerSocket.Secure(context, settings.host(), settings.port()));
        } catch (IOException e) {
            throw target.refused("was not called, as its security can't be used: " + message(e), e);
        }
    }

    private static MqttConnectionOptions options(Target target, BrokerSocket socket)
            throws DriverException.Refused {
        var options = new MqttConnectionOptions();
        options.setAutomaticReconnect(false);
        options.setCleanStart(true);
        options.setSessionExpiryInterval(0L);
        options.setTopicAliasMaximum(0);
        options.setReceiveMaximum(RECEIVE_MAXIMUM);
        options.setMaximumPacketSize((long) Payload.MAX_BYTES + TopicFilter.MAX_LENGTH);
        options.setKeepAliveInterval(Math.toIntExact(target.settings().keepAlive().toSeconds()));
        options.setConnectionTimeout(
                MIN_CONNECT_SECONDS + Math.toIntExact(target.timeout().toSeconds()));
        options.setSocketFactory(socket.factory());
        var security = target.settings().security();
        if (!security.user().isEmpty()) {
            options.setUserName(security.user());
            options.setPassword(PasswordFile.read(target, security.passwordFile().orElseThrow()));
        }
        return options;
    }

    private MqttActionListener connecting() {
        return new MqttActionListener() {
            @Override
            public void onSuccess(IMqttToken token) {
                tellsSubscriptions =
                        token.getResponse() instanceof MqttConnAck answer
                                && answer.getProperties().isSubscriptionIdentifiersAvailable();
                answered.countDown();
            }

            @Override
            public void onFailure(IMqttToken token, Throwable cause) {
                failure.set(cause);
                answered.countDown();
            }
        };
    }

    private void awaitAnswer() throws DriverException, InterruptedException {
        while (!answered.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            if (clock.nanoTime() - socket.stepSinceNanos() > target.timeout().toNanos()) {
                throw timedOut();
            }
        }
        var cause = failure.get();
        if (cause != null) {
            throw explained(cause);
        }
    }

    private DriverException timedOut() {
        long millis = target.timeout().toMillis();
        return target.unreachable(
                switch (socket.step()) {
                    case TCP ->
                            "gave no TCP connection within %d ms; check power, cable, address, and firewalls between"
                                    .formatted(millis);
                    case TLS ->
                            "took the connection and gave no TLS answer within %d ms; is the port one without TLS?"
                                    .formatted(millis);
                    case MQTT ->
                            "took the connection and gave no MQTT answer within %d ms; is it a broker, and the port one %s TLS?"
                                    .formatted(
                                            millis, target.settings().tls() ? "with" : "without");
                },
                new TimeoutException());
    }

    private DriverException explained(Throwable cause) {
        if (cause instanceof MqttException e
                && e.getReasonCode() >= Refusals.FIRST_ERROR
                && e.getReasonCode() <= 0xFF) {
            var what = "refused us with " + Refusals.text(e.getReasonCode());
            return Refusals.passes(e.getReasonCode())
                    ? target.unreachable(what, e)
                    : target.refused(what, e);
        }
        var root = root(cause);
        if (socket.step() == BrokerSocket.Step.TLS) {
            if (root instanceof GeneralSecurityException || root instanceof SSLException) {
                return target.refused(
                        "has no TLS connection with us: %s; check ca, the name in the broker's certificate, and that the port is one with TLS"
                                .formatted(message(root)),
                        cause);
            }
            return target.unreachable("broke the TLS handshake off: " + message(root), cause);
        }
        if (root instanceof SSLException && socket.step() == BrokerSocket.Step.MQTT) {
            // With TLS 1.3 the other side judges our certificate after the handshake.
            return target.refused(
                    "does not take our certificate: %s; check certificate, key, and whom the broker trusts"
                            .formatted(message(root)),
                    cause);
        }
        return target.unreachable(
                socket.step() == BrokerSocket.Step.TCP
                        ? "takes no connection: %s; check host and port, and that the broker runs"
                                .formatted(message(root))
                        : "ended the connection instead of letting us in: %s; is it a broker that speaks MQTT 5, and the port one %s TLS?"
                                .formatted(
                                        message(root),
                                        target.settings().tls() ? "with" : "without"),
                cause);
    }

    private static Throwable root(Throwable cause) {
        var root = cause;
        for (var next = root.getCause(); next != null; next = root.getCause()) {
            root = next;
        }
        return root;
    }

    private static String message(Throwable cause) {
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    /**
     * Subscribes, and returns once the broker has answered each.
     *
     * @return why it refused, in the order of the requests; empty where it did not
     * @throws DriverException when there is no answer in time
     */
    List<String> subscribe(List<Request> requests) throws DriverException, InterruptedException {
        var waiting = new ArrayList<Answer>();
        try {
            for (int at = 0; at < requests.size(); at++) {
                waiting.add(begin(requests.get(at)));
                if (waiting.size() % MOST_FILTERS_A_REQUEST == 0) {
                    waiting.getLast().await();
                }
            }
        } catch (MqttException e) {
            throw target.unreachable("could not be asked for topics: " + message(e), e);
        }
        var refusals = new ArrayList<String>();
        for (var answer : waiting) {
            refusals.add(answer.await());
        }
        return refusals;
    }

    private Answer begin(Request request) throws MqttException {
        var subscription = new MqttSubscription(request.filter(), request.qos());
        subscription.setRetainHandling(request.retained() ? 0 : 2);
        var properties = new MqttProperties();
        if (tellsSubscriptions) {
            properties.setSubscriptionIdentifiers(List.of(request.id()));
        }
        var answer = new Answer();
        client.subscribe(new MqttSubscription[] {subscription}, null, answer, properties);
        return answer;
    }

    /** One answer to a subscription. */
    private final class Answer implements MqttActionListener {
        private final CountDownLatch came = new CountDownLatch(1);
        private final AtomicReference<String> refusal = new AtomicReference<>("");

        @Override
        public void onSuccess(IMqttToken token) {
            note(token);
            came.countDown();
        }

        @Override
        public void onFailure(IMqttToken token, Throwable cause) {
            note(token);
            if (refusal.get().isEmpty()) {
                refusal.set(message(cause));
            }
            came.countDown();
        }

        /** A refusal arrives as a success of the library. */
        private void note(IMqttToken token) {
            var codes = token.getReasonCodes();
            for (int i = 0; codes != null && i < codes.length; i++) {
                if (codes[i] >= Refusals.FIRST_ERROR) {
                    refusal.set(Refusals.text(codes[i]));
                }
            }
        }

        String await() throws DriverException, InterruptedException {
            if (!came.await(target.timeout().toMillis(), TimeUnit.MILLISECONDS)) {
                throw target.unreachable(
                        "gave no answer to a subscription within %d ms"
                                .formatted(target.timeout().toMillis()),
                        new TimeoutException());
            }
            throwIfLost();
            return refusal.get();
        }
    }

    /** Throws once the connection is gone. */
    void throwIfLost() throws DriverException.Unreachable {
        var why = lost.get();
        if (why != null) {
            throw target.unreachable("is gone: " + why, null);
        }
    }

    /** Publishes; false where that is not possible now. */
    boolean publish(String topic, byte[] payload) {
        try {
            client.publish(topic, payload, 0, false);
            return true;
        } catch (MqttException _) {
            return false;
        }
    }

    /** When the broker was last heard from, by the clock. */
    long heardNanos() {
        return socket.heardNanos();
    }

    /** Whether the broker answered within the time that two pings take. */
    boolean isAlive() {
        long limit =
                target.settings().keepAlive().multipliedBy(PINGS_MISSED).toNanos()
                        + target.timeout().toNanos();
        return lost.get() == null && clock.nanoTime() - heardNanos() < limit;
    }

    /** Ends it; what the library has to do for that, a thread of its own does. */
    void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        lost.compareAndSet(null, "closed");
        Thread.ofVirtual().name("mqtt-disposal").start(this::dispose);
    }

    /**
     * Stopped in the midst of its start, the library waits for ever for a thread of its own that
     * has ended already; so a connect under way is ended by its socket, and waited for.
     */
    private void dispose() {
        try {
            if (answered.getCount() > 0) {
                socket.close();
                boolean _ = answered.await(ENDED_WITHIN_SECONDS, TimeUnit.SECONDS);
            }
        } catch (IOException | InterruptedException _) {
            // The rest is tried all the same.
        }
        boolean in = answered.getCount() == 0 && failure.get() == null;
        try {
            // A farewell, so that the broker need not find out by itself; within a second.
            client.disconnectForcibly(0, MILLIS, in);
        } catch (MqttException _) {
            // It was not connected.
        }
        try {
            socket.close();
        } catch (IOException _) {
            // It is closed all the same.
        }
        try {
            client.close(true);
        } catch (MqttException _) {
            // It was closed.
        }
    }

    private void lose(String why) {
        if (lost.compareAndSet(null, why)) {
            listener.lost();
        }
    }

    private String ending(Throwable root) {
        return root instanceof EOFException ? ended() : message(root);
    }

    /** Not every broker says why. */
    private String ended() {
        return "it closed the connection; where it does so again and again, another client may have the same client-id (%s)"
                .formatted(target.clientId());
    }

    // ---- the library's callbacks

    @Override
    public void messageArrived(String topic, MqttMessage message) {
        var ids =
                message.getProperties() == null
                        ? List.<Integer>of()
                        : message.getProperties().getSubscriptionIdentifiers();
        listener.message(
                topic,
                message.getPayload(),
                message.isRetained(),
                ids == null ? List.of() : List.copyOf(ids));
    }

    @Override
    public void disconnected(MqttDisconnectResponse response) {
        var cause = response.getException();
        if (response.getReturnCode() >= Refusals.FIRST_ERROR) {
            lose("it ended the connection with " + Refusals.text(response.getReturnCode()));
        } else {
            lose(cause == null ? ended() : ending(root(cause)));
        }
    }

    @Override
    public void mqttErrorOccurred(MqttException exception) {
        lose(ending(root(exception)));
    }

    @Override
    public void deliveryComplete(IMqttToken token) {
        // Nobody waits for it.
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
