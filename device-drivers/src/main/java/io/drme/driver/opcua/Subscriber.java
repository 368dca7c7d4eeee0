package io.drme.driver.opcua;

import static org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned.uint;
import static org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned.ushort;

import io.drme.config.Quantities;
import io.drme.driver.DriverException;
import io.drme.driver.Handover;
import io.drme.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.milo.opcua.sdk.client.OpcUaClient;
import org.eclipse.milo.opcua.sdk.client.SessionActivityListener;
import org.eclipse.milo.opcua.sdk.client.UaSession;
import org.eclipse.milo.opcua.sdk.client.subscriptions.MonitoredItemServiceOperationResult;
import org.eclipse.milo.opcua.sdk.client.subscriptions.OpcUaMonitoredItem;
import org.eclipse.milo.opcua.sdk.client.subscriptions.OpcUaSubscription;
import org.eclipse.milo.opcua.stack.core.NamespaceTable;
import org.eclipse.milo.opcua.stack.core.StatusCodes;
import org.eclipse.milo.opcua.stack.core.types.builtin.ByteString;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;
import org.eclipse.milo.opcua.stack.core.types.builtin.NodeId;
import org.eclipse.milo.opcua.stack.core.types.builtin.StatusCode;
import org.jspecify.annotations.Nullable;

/**
 * One subscription on one session: makes it, hears from it, and knows whether it still lives.
 *
 * <p>Milo brings a session back after a server's restart, but not what was subscribed. So its signs
 * ({@code onTransferFailed}, {@code onStatusChanged}) are only noted here, on Milo's thread; the
 * owner then makes a new subscriber on its own thread. And Milo's reconnecting has no bound that we
 * control, so the owner asks {@link #trouble} and gives up on the client when that lasts.
 *
 * <p><b>Threads.</b> The listener methods come from Milo's threads and touch only atomics and the
 * inbox; everything else is the owner's.
 */
final class Subscriber implements OpcUaSubscription.SubscriptionListener, SessionActivityListener {
    /** A server that has nothing to say is heard from so often. */
    static final Duration KEEP_ALIVE = Duration.ofSeconds(1);

    /** So many keep-alives may be missing. */
    static final int KEEP_ALIVES_MISSING = 3;

    /** How long a session may be gone while Milo tries to bring it back. */
    static final Duration SESSION_GRACE = Duration.ofSeconds(3);

    private static final Duration LEAST_PUBLISHING = Duration.ofMillis(50);
    private static final Duration MOST_PUBLISHING = KEEP_ALIVE;

    /**
     * How long the server keeps a subscription, with what it gathers, for a client that is gone.
     */
    private static final Duration LIFETIME = Duration.ofSeconds(60);

    /** The most deliveries that wait; with the limit on a delivery some 64,000 values, 10 MB. */
    private static final int MAX_DELIVERIES = 64;

    private static final int MAX_NOTIFICATIONS_PER_PUBLISH = 1_000;
    private static final int MAX_ITEMS_PER_CALL = 500;

    /** Values that the server keeps of one item between two publishes; the oldest go first. */
    private static final int ITEM_QUEUE = 10;

    /** Making items may take several calls. */
    private static final int CREATE_STEPS = 10;

    private final OpcUaClient client;
    private final List<OpcUaAddress> addresses;
    private final Duration timeout;
    private final Clock clock;
    private final Steps steps;
    private final OpcUaSubscription subscription;
    private final Handover<Arrival> inbox = new Handover<>(MAX_DELIVERIES, Arrival::tag);
    private final List<Arrival> withoutNamespace = new ArrayList<>();
    private final AtomicLong lastHeard = new AtomicLong();
    private final AtomicReference<@Nullable Long> sessionGoneSince = new AtomicReference<>();
    private final AtomicReference<@Nullable String> ended = new AtomicReference<>();
    private Duration silenceLimit = KEEP_ALIVE.multipliedBy(KEEP_ALIVES_MISSING);

    Subscriber(
            OpcUaClient client,
            List<OpcUaAddress> addresses,
            Duration timeout,
            Clock clock,
            Steps steps) {
        this.client = client;
        this.addresses = addresses;
        this.timeout = timeout;
        this.clock = clock;
        this.steps = steps;
        this.subscription = new OpcUaSubscription(client, publishingMillis());
    }

    /** Subscribes; gives bad values for the nodes that can't be subscribed. */
    List<Arrival> open() throws DriverException, InterruptedException {
        var namespaces =
                steps.await(
                        client.readNamespaceTableAsync(), timeout, "the request for namespaces");
        heard();
        client.addSessionActivityListener(this);
        configure();
        steps.await(subscription.createAsync(), timeout, "the request for a subscription");
        double keepAliveMillis =
                subscription.getRevisedPublishingInterval().orElse(1_000.0)
                        * subscription.getRevisedMaxKeepAliveCount().orElse(uint(1)).longValue();
        silenceLimit =
                Duration.ofMillis((long) keepAliveMillis)
                        .multipliedBy(KEEP_ALIVES_MISSING)
                        .plus(timeout);
        for (int i = 0; i < addresses.size(); i++) {
            addItem(i, namespaces);
        }
        return createItems();
    }

    private void configure() {
        double interval = publishingMillis();
        long keepAlives = Math.max(1, (long) Math.ceil(KEEP_ALIVE.toMillis() / interval));
        subscription.setLifetimeAndKeepAliveCalculated(false);
        subscription.setMaxKeepAliveCount(uint(keepAlives));
        subscription.setLifetimeCount(
                uint(Math.max(3 * keepAlives, (long) (LIFETIME.toMillis() / interval))));
        subscription.setMaxNotificationsPerPublish(uint(MAX_NOTIFICATIONS_PER_PUBLISH));
        subscription.setMaxMonitoredItemsPerCall(uint(MAX_ITEMS_PER_CALL));
        subscription.setSubscriptionListener(this);
    }

    /** The server publishes as often as the quickest tag asks, within reason. */
    private double publishingMillis() {
        var quickest =
                addresses.stream()
                        .map(OpcUaAddress::sampling)
                        .min(Duration::compareTo)
                        .orElse(MOST_PUBLISHING);
        return (double)
                Math.clamp(
                        quickest.toMillis(),
                        LEAST_PUBLISHING.toMillis(),
                        MOST_PUBLISHING.toMillis());
    }

    private void addItem(int tag, NamespaceTable namespaces) {
        var address = addresses.get(tag);
        var node = nodeId(address.node(), namespaces);
        if (node == null) {
            withoutNamespace.add(bad(tag, new StatusCode(StatusCodes.Bad_NodeIdUnknown)));
            return;
        }
        var item = OpcUaMonitoredItem.newDataItem(node);
        item.setSamplingInterval((double) address.sampling().toMillis());
        item.setQueueSize(uint(ITEM_QUEUE));
        item.setDiscardOldest(true);
        item.setUserObject(tag);
        subscription.addMonitoredItem(item);
    }

    private static @Nullable NodeId nodeId(NodeAddress node, NamespaceTable namespaces) {
        var index = ushort(node.namespaceIndex());
        if (!node.namespaceUri().isEmpty()) {
            var found = namespaces.getIndex(node.namespaceUri());
            if (found == null) {
                return null;
            }
            index = found;
        }
        return switch (node.kind()) {
            case STRING -> new NodeId(index, node.id());
            case NUMERIC -> new NodeId(index, uint(Long.parseLong(node.id())));
            case GUID -> new NodeId(index, UUID.fromString(node.id()));
            case OPAQUE -> new NodeId(index, ByteString.of(Base64.getDecoder().decode(node.id())));
        };
    }

    /**
     * Asks for the items that the server does not have yet, as at first so again later: a program
     * loaded into a controller brings its nodes back.
     *
     * @return bad values for those that it still refuses
     */
    List<Arrival> createItems() throws DriverException, InterruptedException {
        var results =
                steps.await(
                        CompletableFuture.supplyAsync(
                                subscription::createMonitoredItems, Thread::startVirtualThread),
                        timeout.multipliedBy(CREATE_STEPS),
                        "the request for monitored items");
        var refused = new ArrayList<>(withoutNamespace);
        for (MonitoredItemServiceOperationResult result : results) {
            if (!result.serviceResult().isGood()) {
                throw steps.unreachable(
                        "the request for monitored items failed: " + result.serviceResult(), null);
            }
            var status = result.operationResult().orElse(StatusCode.BAD);
            if (!status.isGood()) {
                refused.add(bad(tag(result.monitoredItem()), status));
            }
        }
        return refused;
    }

    private static Arrival bad(int tag, StatusCode status) {
        return new Arrival(tag, new DataValue(status));
    }

    private static int tag(OpcUaMonitoredItem item) {
        return (Integer) item.getUserObject().orElseThrow();
    }

    /** What arrives. */
    Handover<Arrival> inbox() {
        return inbox;
    }

    /** Why the subscription, and only that, is lost; null while it is not. */
    @Nullable String ended() {
        return ended.get();
    }

    /** Whether the server was heard from lately. */
    boolean isAlive() {
        return sessionGoneSince.get() == null && ended.get() == null && silence() < silenceNanos();
    }

    /** When the server was last heard from. */
    long heardNanos() {
        return lastHeard.get();
    }

    /** Why the client as a whole is to be given up; null while there is hope. */
    DriverException.@Nullable Unreachable trouble() {
        var since = sessionGoneSince.get();
        if (since != null && clock.nanoTime() - since > SESSION_GRACE.toNanos()) {
            return steps.unreachable(
                    "the session is lost and did not come back within "
                            + Quantities.text(SESSION_GRACE),
                    null);
        }
        return silence() > silenceNanos()
                ? steps.unreachable(
                        "neither values nor keep-alives for " + Quantities.text(silenceLimit),
                        new TimeoutException())
                : null;
    }

    private long silence() {
        return clock.nanoTime() - lastHeard.get();
    }

    private long silenceNanos() {
        return silenceLimit.toNanos();
    }

    /** Forgets the subscription without waiting for the server. */
    void abandon() {
        client.removeSessionActivityListener(this);
        subscription.setSubscriptionListener(null);
        var _ = subscription.deleteAsync();
    }

    /** Ends the session, waiting no longer than the time limit, and the connection in any case. */
    void disconnect() {
        client.removeSessionActivityListener(this);
        subscription.setSubscriptionListener(null);
        Connector.disconnect(client, timeout);
    }

    private void heard() {
        lastHeard.set(clock.nanoTime());
    }

    @Override
    public void onDataReceived(
            OpcUaSubscription from, List<OpcUaMonitoredItem> items, List<DataValue> values) {
        heard();
        var arrivals = new ArrayList<Arrival>(items.size());
        for (int i = 0; i < items.size(); i++) {
            arrivals.add(new Arrival(tag(items.get(i)), values.get(i)));
        }
        inbox.deliver(arrivals);
    }

    @Override
    public void onKeepAliveReceived(OpcUaSubscription from) {
        heard();
        inbox.flush();
    }

    @Override
    public void onStatusChanged(OpcUaSubscription from, StatusCode status) {
        end("the server ended the subscription: " + status);
    }

    @Override
    public void onTransferFailed(OpcUaSubscription from, StatusCode status) {
        end("the server does not know the subscription any more: " + status);
    }

    /** What Milo does when the server ends the subscription, on the thread on which it does it. */
    void endForTest(StatusCode status) {
        subscription.getDeliveryQueue().execute(() -> onStatusChanged(subscription, status));
    }

    private void end(String why) {
        ended.compareAndSet(null, why);
        inbox.wake();
    }

    @Override
    public void onSessionActive(UaSession session) {
        sessionGoneSince.set(null);
        heard();
    }

    @Override
    public void onSessionInactive(UaSession session) {
        sessionGoneSince.compareAndSet(null, clock.nanoTime());
        inbox.wake();
    }
}
