package io.drme.sim.opcua;

import static org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned.uint;

import java.io.IOException;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Period;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.milo.opcua.sdk.client.OpcUaClient;
import org.eclipse.milo.opcua.sdk.client.OpcUaClientConfigBuilder;
import org.eclipse.milo.opcua.sdk.client.SessionActivityListener;
import org.eclipse.milo.opcua.sdk.client.UaSession;
import org.eclipse.milo.opcua.sdk.client.subscriptions.OpcUaMonitoredItem;
import org.eclipse.milo.opcua.sdk.client.subscriptions.OpcUaSubscription;
import org.eclipse.milo.opcua.stack.core.NamespaceTable;
import org.eclipse.milo.opcua.stack.core.UaException;
import org.eclipse.milo.opcua.stack.core.UaRuntimeException;
import org.eclipse.milo.opcua.stack.core.security.CertificateValidator;
import org.eclipse.milo.opcua.stack.core.security.SecurityPolicy;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;
import org.eclipse.milo.opcua.stack.core.types.builtin.ExpandedNodeId;
import org.eclipse.milo.opcua.stack.core.types.builtin.LocalizedText;
import org.eclipse.milo.opcua.stack.core.types.builtin.StatusCode;
import org.eclipse.milo.opcua.stack.core.types.structured.EndpointDescription;
import org.eclipse.milo.opcua.stack.core.util.EndpointUtil;
import org.eclipse.milo.opcua.stack.core.util.SelfSignedCertificateBuilder;
import org.eclipse.milo.opcua.stack.core.util.SelfSignedCertificateGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One session with a server that is recorded, from its begin to its end; the next one is another
 * object. Takes the endpoint without security where there is one, else Basic256Sha256 with a
 * certificate of its own, and any server's: what it reads it writes to a file and decides nothing.
 */
final class RecorderSession
        implements AutoCloseable, SessionActivityListener, OpcUaSubscription.SubscriptionListener {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int ITEM_QUEUE = 100;
    private static final int ITEMS_PER_CALL = 500;
    private static final int RANK_NONE = 2;
    private static final int KEY_BITS = 2048;

    private final OpcUaClient client;
    private final Values values;
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicReference<String> why = new AtomicReference<>("");

    /** What a subscription brings; called by the client's threads, one at a time. */
    interface Values {
        void take(int n, DataValue value);
    }

    private RecorderSession(OpcUaClient client, Values values) {
        this.client = client;
        this.values = values;
    }

    /** Opens a session; blocks for some seconds at most. */
    static RecorderSession open(String url, Values values) throws IOException {
        try {
            var chosen = new AtomicReference<@Nullable EndpointDescription>();
            var client =
                    OpcUaClient.create(
                            url,
                            endpoints -> {
                                var endpoint = choose(url, endpoints);
                                chosen.set(endpoint.orElse(null));
                                return endpoint;
                            },
                            transport ->
                                    transport
                                            .setConnectTimeout(uint(TIMEOUT.toMillis()))
                                            .setAcknowledgeTimeout(uint(TIMEOUT.toMillis())),
                            builder -> configure(builder, chosen.get()));
            var session = new RecorderSession(client, values);
            client.connect();
            client.addSessionActivityListener(session);
            return session;
        } catch (UaException e) {
            throw new IOException("%s is not reached: %s".formatted(url, e.getMessage()), e);
        }
    }

    private static Optional<EndpointDescription> choose(
            String url, List<EndpointDescription> endpoints) {
        var uri = URI.create(url);
        return endpoints.stream()
                .filter(e -> rank(e) > 0)
                .max(Comparator.comparingInt(RecorderSession::rank))
                .map(e -> EndpointUtil.updateUrl(e, uri.getHost(), uri.getPort()));
    }

    private static int rank(EndpointDescription endpoint) {
        var policy = String.valueOf(endpoint.getSecurityPolicyUri());
        if (policy.equals(SecurityPolicy.None.getUri())) {
            return RANK_NONE;
        }
        return policy.equals(SecurityPolicy.Basic256Sha256.getUri()) ? 1 : 0;
    }

    private static void configure(
            OpcUaClientConfigBuilder builder, @Nullable EndpointDescription endpoint) {
        builder.setApplicationName(LocalizedText.english("DRME recorder"))
                .setRequestTimeout(uint(TIMEOUT.toMillis()))
                .setMaxPendingPublishRequests(uint(1))
                .setCertificateValidator(new CertificateValidator.InsecureCertificateValidator());
        if (endpoint != null && rank(endpoint) == RANK_NONE) {
            return; // no certificate is shown
        }
        try {
            var keys = SelfSignedCertificateGenerator.generateRsaKeyPair(KEY_BITS);
            var uri = "urn:drme:recorder:" + UUID.randomUUID();
            var certificate =
                    new SelfSignedCertificateBuilder(keys)
                            .setCommonName("DRME recorder")
                            .setApplicationUri(uri)
                            .setValidityPeriod(Period.ofYears(1))
                            .build();
            builder.setApplicationUri(uri)
                    .setKeyPair(keys)
                    .setCertificate(certificate)
                    .setCertificateChain(new X509Certificate[] {certificate});
        } catch (Exception e) { // Milo's builder declares Exception
            throw new IllegalStateException("no certificate could be made", e);
        }
    }

    OpcUaClient client() {
        return client;
    }

    NamespaceTable namespaces() throws UaException {
        return client.readNamespaceTable();
    }

    /**
     * Subscribes to nodes.
     *
     * @param ids expanded node ids; what arrives has the index in this list
     * @return how many the server refused
     */
    int subscribe(List<String> ids, Duration sampling) throws UaException {
        var namespaces = namespaces();
        var subscription = new OpcUaSubscription(client, (double) sampling.toMillis());
        subscription.setMaxMonitoredItemsPerCall(uint(ITEMS_PER_CALL));
        subscription.setSubscriptionListener(this);
        subscription.create();
        int refused = 0;
        for (int n = 0; n < ids.size(); n++) {
            var node = parsed(ids.get(n)).flatMap(id -> id.toNodeId(namespaces));
            if (node.isEmpty()) {
                refused += ids.get(n).isEmpty() ? 0 : 1;
                continue;
            }
            var item = OpcUaMonitoredItem.newDataItem(node.get());
            item.setSamplingInterval((double) sampling.toMillis());
            item.setQueueSize(uint(ITEM_QUEUE));
            item.setDiscardOldest(true);
            item.setUserObject(n);
            subscription.addMonitoredItem(item);
        }
        for (var result : subscription.createMonitoredItems()) {
            refused += result.isGood() ? 0 : 1;
        }
        return refused;
    }

    private static Optional<ExpandedNodeId> parsed(String id) {
        try {
            return id.isEmpty() ? Optional.empty() : Optional.of(ExpandedNodeId.parse(id));
        } catch (UaRuntimeException _) {
            return Optional.empty();
        }
    }

    /** Waits until it is over, at most so long; why it is over, empty while it is not. */
    Optional<String> awaitEnd(Duration most) throws InterruptedException {
        return over.await(most.toMillis(), TimeUnit.MILLISECONDS)
                ? Optional.of(why.get())
                : Optional.empty();
    }

    private void end(String reason) {
        why.compareAndSet("", reason);
        over.countDown();
    }

    @Override
    public void onSessionActive(UaSession session) {}

    @Override
    public void onSessionInactive(UaSession session) {
        end("the session is lost");
    }

    @Override
    public void onStatusChanged(OpcUaSubscription from, StatusCode status) {
        end("the server ended the subscription: " + status);
    }

    @Override
    public void onTransferFailed(OpcUaSubscription from, StatusCode status) {
        end("the server does not know the subscription any more: " + status);
    }

    @Override
    public void onDataReceived(
            OpcUaSubscription from, List<OpcUaMonitoredItem> items, List<DataValue> arrived) {
        for (int i = 0; i < items.size(); i++) {
            @Nullable Object n = items.get(i).getUserObject().orElse(null);
            if (n instanceof Integer number) {
                values.take(number, arrived.get(i));
            }
        }
    }

    /** Ends a session that is lost, without waiting for the server. */
    void abandon() {
        client.removeSessionActivityListener(this);
        var _ = client.disconnectAsync();
        var _ = client.getTransport().disconnect();
    }

    @Override
    public void close() {
        client.removeSessionActivityListener(this);
        var polite = client.disconnectAsync().orTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        polite.exceptionally(_ -> client).join();
        var _ = client.getTransport().disconnect();
    }
}
