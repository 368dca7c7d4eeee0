package io.drme.driver.opcua;

import io.drme.driver.DeviceSpec;
import io.drme.driver.DriverException;
import io.drme.driver.Exchange;
import io.drme.driver.PollGroup;
import io.drme.driver.PushedDriver;
import io.drme.model.Batch;
import io.drme.model.ValueType;
import io.drme.time.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.milo.opcua.sdk.client.OpcUaClient;
import org.eclipse.milo.opcua.stack.core.types.builtin.StatusCode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads one OPC UA server by one subscription. */
final class OpcUaDriver implements PushedDriver {
    /** How often nodes that the server does not have are asked for again. */
    static final Duration RETRY_UNKNOWN_NODES = Duration.ofSeconds(30);

    private static final String PKI_FOLDER = "pki";
    private static final Logger log = LoggerFactory.getLogger(OpcUaDriver.class);

    private final DeviceSpec device;
    private final Clock clock;
    private final List<OpcUaAddress> addresses = new ArrayList<>();
    private final List<ValueType> types = new ArrayList<>();
    private final List<Integer> tableIndexes;
    private final Steps steps;
    private final WireTap tap;
    private final Connector connector;
    private final AtomicReference<@Nullable Subscriber> current = new AtomicReference<>();
    private volatile boolean closed;

    private @Nullable OpcUaClient client;
    private List<Arrival> refused = List.of();
    private boolean anyRefused;
    private long retryAt;
    private int resubscribed;
    private long replacedBefore;
    private String lastError = "";

    OpcUaDriver(DeviceSpec device, PollGroup group, Path directory, Clock clock) {
        this.device = device;
        this.clock = clock;
        var settings = (OpcUaSettings) device.settings();
        for (int tag : group.tags()) {
            addresses.add((OpcUaAddress) device.tags().get(tag).address());
            types.add(device.tags().get(tag).rawType());
        }
        tableIndexes = List.copyOf(group.tableIndexes());
        var pki = new PkiFolder(settings.pki().orElse(directory.resolve(PKI_FOLDER)));
        steps = new Steps(device.name(), settings, pki.ownCertificate());
        tap = new WireTap(settings.mode() == SecurityMode.SIGN_AND_ENCRYPT);
        connector = new Connector(settings, device.timeout(), pki, steps, tap);
    }

    @Override
    public void connect() throws DriverException, InterruptedException {
        if (current.get() != null) {
            return;
        }
        try {
            client = connector.connect();
            subscribe(client);
        } catch (DriverException e) {
            lastError = String.valueOf(e.getMessage());
            disconnect();
            throw e;
        } catch (InterruptedException e) {
            disconnect();
            throw e;
        }
    }

    private void subscribe(OpcUaClient with) throws DriverException, InterruptedException {
        var subscriber = new Subscriber(with, addresses, device.timeout(), clock, steps);
        current.set(subscriber);
        replacedBefore = 0;
        retain(subscriber.open());
        if (closed) {
            throw steps.unreachable("closed during connect", null);
        }
    }

    private void retain(List<Arrival> nowRefused) {
        refused = nowRefused;
        anyRefused = !nowRefused.isEmpty();
        retryAt = clock.nanoTime() + RETRY_UNKNOWN_NODES.toNanos();
    }

    @Override
    public boolean take(Batch out, Duration wait) throws DriverException, InterruptedException {
        var subscriber = current.get();
        if (subscriber == null || closed) {
            throw steps.unreachable("not connected", null);
        }
        try {
            long now = clock.epochNanos();
            boolean first = !refused.isEmpty();
            refused.forEach(a -> add(out, a, now));
            refused = List.of();
            var arrivals = subscriber.inbox().take(first ? Duration.ZERO : wait);
            long then = clock.epochNanos();
            arrivals.forEach(a -> add(out, a, then));
            if (!arrivals.isEmpty()) {
                reportReplaced(subscriber);
                return true;
            }
            return check(subscriber);
        } catch (DriverException e) {
            lastError = String.valueOf(e.getMessage());
            throw e;
        }
    }

    private void add(Batch out, Arrival arrival, long now) {
        int tag = arrival.tag();
        Conversion.add(out, tableIndexes.get(tag), types.get(tag), arrival.value(), now);
    }

    private void reportReplaced(Subscriber subscriber) {
        long replaced = subscriber.inbox().replaced();
        if (replaced > 0 && replacedBefore == 0) {
            log.warn(
                    "device={} values come quicker than they are taken; the newest of each tag is kept",
                    device.name());
        }
        replacedBefore = replaced;
    }

    /** Nothing has come: sees to what may be the matter. */
    private boolean check(Subscriber subscriber) throws DriverException, InterruptedException {
        var ended = subscriber.ended();
        if (ended != null && client != null) {
            log.info("device={} subscribes again: {}", device.name(), ended);
            resubscribed++;
            // The new one first: to a session without any subscription a server refuses the publish
            // request that waits there, and Milo then sends none for the one made meanwhile.
            try {
                subscribe(client);
            } finally {
                subscriber.abandon();
            }
            return true;
        }
        var trouble = subscriber.trouble();
        if (trouble != null) {
            throw trouble;
        }
        if (anyRefused && clock.nanoTime() - retryAt > 0 && subscriber.isAlive()) {
            retain(subscriber.createItems());
        }
        return subscriber.isAlive();
    }

    /** How often a subscription was made anew on a session that went on; for tests. */
    int resubscribed() {
        return resubscribed;
    }

    /** As if the server had ended the subscription; for tests. */
    void endSubscription(StatusCode status) {
        var subscriber = current.get();
        if (subscriber != null) {
            subscriber.endForTest(status);
        }
    }

    @Override
    public long heardNanos() {
        var subscriber = current.get();
        return subscriber == null ? clock.nanoTime() : subscriber.heardNanos();
    }

    @Override
    public void disconnect() {
        var subscriber = current.getAndSet(null);
        if (subscriber != null) {
            subscriber.disconnect();
        } else if (client != null) {
            Connector.disconnect(client, device.timeout());
        }
        client = null;
        refused = List.of();
        anyRefused = false;
    }

    @Override
    public Exchange lastExchange() {
        return new Exchange(tap.request(), tap.answer(), lastError);
    }

    @Override
    public void close() {
        closed = true;
        steps.cancel();
        var subscriber = current.getAndSet(null);
        if (subscriber != null) {
            subscriber.inbox().wake();
            subscriber.disconnect();
        }
    }
}
