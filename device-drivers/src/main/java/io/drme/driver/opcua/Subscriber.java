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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
import org.eclipse.milo.opcua.stack.core.AttributeId;
import org.eclipse.milo.opcua.stack.core.NamespaceTable;
import org.eclipse.milo.opcua.stack.core.StatusCodes;
import org.eclipse.milo.opcua.stack.core.types.builtin.ByteString;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;
import org.eclipse.milo.opcua.stack.core.types.builtin.NodeId;
import org.eclipse.milo.opcua.stack.core.types.builtin.QualifiedName;
import org.eclipse.milo.opcua.stack.core.types.builtin.StatusCode;
import org.eclipse.milo.opcua.stack.core.types.enumerated.DataChangeTrigger;
import org.eclipse.milo.opcua.stack.core.types.enumerated.DeadbandType;
import org.eclipse.milo.opcua.stack.core.types.enumerated.TimestampsToReturn;
import org.eclipse.milo.opcua.stack.core.types.structured.DataChangeFilter;
import org.eclipse.milo.opcua.stack.core.types.structured.ReadValueId;
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

    /** What a server answers that can't compare the values of a node by a deadband. */
    private static final Set<Long> ABOUT_DEADBAND =
            Set.of(
                    StatusCodes.Bad_MonitoredItemFilterUnsupported,
                    StatusCodes.Bad_MonitoredItemFilterInvalid,
                    StatusCodes.Bad_FilterNotAllowed,
                    StatusCodes.Bad_DeadbandFilterInvalid);

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
    private final Map<Integer, NodeId> nodes = new HashMap<>();
    private final List<Integer> withoutDeadband = new ArrayList<>();
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

    /** Makes the subscription and looks the nodes up; {@link #watch} then begins. */
    void open() throws DriverException, InterruptedException {
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
            var node = nodeId(addresses.get(i).node(), namespaces);
            if (node == null) {
                withoutNamespace.add(bad(i, new StatusCode(StatusCodes.Bad_NodeIdUnknown)));
            } else {
                nodes.put(i, node);
            }
        }
    }

    /** Subscribes the nodes; gives bad values for those that can't be subscribed. */
    List<Arrival> watch() throws DriverException, InterruptedException {
        addItems();
        return createItems();
    }

    /** Nodes by the tags that are there; a tag whose namespace the server lacks is not. */
    Map<Integer, NodeId> nodes() {
        return nodes;
    }

    /** Tags whose deadband the server refused: it sends every change. */
    List<Integer> withoutDeadband() {
        return withoutDeadband;
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

    /** What tags have in common that one item can serve: the server sends their value once. */
    private record Watch(
            NodeId node, String element, Duration sampling, int queue, Deadband deadband) {}

    private void addItems() {
        var byWatch = new LinkedHashMap<Watch, List<Integer>>();
        nodes.forEach((tag, node) -> {
            var a = addresses.get(tag);
            var watch = new Watch(node, a.part().element(), a.sampling(), a.queue(), a.deadband());
            byWatch.computeIfAbsent(watch, _ -> new ArrayList<>()).add(tag);
        });
        byWatch.forEach((watch, tags) -> subscription.addMonitoredItem(item(watch, tags)));
    }

    private static OpcUaMonitoredItem item(Watch watch, List<Integer> tags) {
        var item = new OpcUaMonitoredItem(readValueId(watch.node(), watch.element()));
        item.setSamplingInterval((double) watch.sampling().toMillis());
        item.setQueueSize(uint(watch.queue()));
        item.setDiscardOldest(true);
        if (!watch.deadband().isNone()) {
            var kind = watch.deadband().isPercent() ? DeadbandType.Percent : DeadbandType.Absolute;
            item.setFilter(
                    new DataChangeFilter(
                            DataChangeTrigger.StatusValue,
                            uint(kind.getValue()),
                            watch.deadband().width()));
        }
        item.setUserObject(new Tags(List.copyOf(tags)));
        return item;
    }

    /** The tags that an item serves. */
    private record Tags(List<Integer> all) {}

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
        var refused = new ArrayList<>(withoutNamespace);
        for (var item : refusedItems(true)) {
            var status = item.getCreateResult().orElse(StatusCode.BAD);
            tags(item).forEach(tag -> refused.add(bad(tag, status)));
        }
        return refused;
    }

    private List<OpcUaMonitoredItem> refusedItems(boolean first)
            throws DriverException, InterruptedException {
        var results =
                steps.await(
                        CompletableFuture.supplyAsync(
                                subscription::createMonitoredItems, Thread::startVirtualThread),
                        timeout.multipliedBy(CREATE_STEPS),
                        "the request for monitored items");
        var refused = new ArrayList<OpcUaMonitoredItem>();
        boolean again = false;
        for (MonitoredItemServiceOperationResult result : results) {
            if (!result.serviceResult().isGood()) {
                throw steps.unreachable(
                        "the request for monitored items failed: " + result.serviceResult(), null);
            }
            var status = result.operationResult().orElse(StatusCode.BAD);
            if (!status.isGood()) {
                var item = result.monitoredItem();
                refused.add(item);
                if (item.getFilter() != null && ABOUT_DEADBAND.contains(status.value())) {
                    // A deadband saves traffic; the values without it are as right.
                    item.setFilter(null);
                    withoutDeadband.addAll(tags(item));
                    again = true;
                }
            }
        }
        return again && first ? refusedItems(false) : refused;
    }

    private static Arrival bad(int tag, StatusCode status) {
        return new Arrival(tag, new DataValue(status));
    }

    private static List<Integer> tags(OpcUaMonitoredItem item) {
        return ((Tags) item.getUserObject().orElseThrow()).all();
    }

    /** What is to be read to see whether its changes are told. */
    List<CrossRead.Probe> probes() {
        double publishing = subscription.getRevisedPublishingInterval().orElse(1_000.0);
        return subscription.getMonitoredItems().stream()
                .filter(item -> item.getMonitoredItemId().isPresent())
                .map(item -> {
                    int tag = tags(item).getFirst();
                    double sampling =
                            Math.max(0, item.getRevisedSamplingInterval().orElse(publishing));
                    var settle =
                            Duration.ofMillis((long) (2 * (sampling + publishing)))
                                    .plus(KEEP_ALIVE)
                                    .plus(timeout);
                    var filter = item.getFilter();
                    var deadband = filter == null ? Deadband.NONE : addresses.get(tag).deadband();
                    return new CrossRead.Probe(tag, settle, deadband);
                })
                .toList();
    }

    /** Reads the present values. */
    CompletableFuture<DataValue[]> read(List<CrossRead.Probe> probes) {
        var asked =
                probes.stream()
                        .map(p ->
                                readValueId(
                                        nodes.getOrDefault(p.tag(), NodeId.NULL_VALUE),
                                        addresses.get(p.tag()).part().element()))
                        .toList();
        return client.readAsync(0, TimestampsToReturn.Both, asked)
                .thenApply(r -> r.getResults() == null ? new DataValue[0] : r.getResults());
    }

    private static ReadValueId readValueId(NodeId node, String element) {
        return new ReadValueId(
                node,
                AttributeId.Value.uid(),
                element.isEmpty() ? null : element,
                QualifiedName.NULL_VALUE);
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
            for (int tag : tags(items.get(i))) {
                arrivals.add(new Arrival(tag, values.get(i)));
            }
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
