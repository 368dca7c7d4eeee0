package io.drme.driver.opcua;

import io.drme.driver.DeviceSpec;
import io.drme.driver.DriverException;
import io.drme.driver.Exchange;
import io.drme.driver.PollGroup;
import io.drme.driver.PushedDriver;
import io.drme.model.Batch;
import io.drme.time.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
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

    /** Also while values come without a break, so often is looked at what else there is. */
    private static final Duration CHECK = Duration.ofSeconds(1);

    private static final String PKI_FOLDER = "pki";
    private static final Logger log = LoggerFactory.getLogger(OpcUaDriver.class);

    private final DeviceSpec device;
    private final Clock clock;
    private final TagReader reader;
    private final CrossRead crossRead;
    private final HistoryFill fill;
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
    private final AtomicLong lost = new AtomicLong();
    private long replacedOfThis;
    private long checkedAt;
    private final boolean hasHistory;
    private volatile @Nullable HistoryReader history;
    private boolean toldOfHole;
    private boolean toldOfReplaced;
    private boolean toldOfOverflow;
    private String lastError = "";

    OpcUaDriver(DeviceSpec device, PollGroup group, Path directory, Clock clock) {
        this.device = device;
        this.clock = clock;
        var settings = (OpcUaSettings) device.settings();
        reader = new TagReader(device, group);
        hasHistory = reader.addresses().stream().anyMatch(OpcUaAddress::history);
        fill = new HistoryFill(clock);
        crossRead = new CrossRead(clock, settings.crossRead());
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
        var subscriber = new Subscriber(with, reader.addresses(), device.timeout(), clock, steps);
        current.set(subscriber);
        replacedOfThis = 0;
        subscriber.open();
        reader.learn(
                new Structures(with, device.timeout(), steps, clock),
                new EnumNames(with, steps, device.timeout()),
                subscriber.nodes());
        retain(subscriber.watch());
        tellOfDeadbands(subscriber.withoutDeadband());
        crossRead.begin(subscriber.probes());
        fill.begin();
        closeHistory();
        if (!fill.isIdle()) {
            var wake = subscriber.inbox();
            history =
                    new HistoryReader(
                            with,
                            device.timeout(),
                            reader.addresses(),
                            subscriber.nodes(),
                            wake::wake);
        }
        if (closed) {
            throw steps.unreachable("closed during connect", null);
        }
    }

    private void tellOfDeadbands(List<Integer> tags) {
        if (!tags.isEmpty()) {
            log.warn(
                    "device={} tags={} the server refuses their server-deadband and sends every change",
                    device.name(),
                    tags.size());
            tags.forEach(tag ->
                    reader.remark(
                            tag, "the server refuses server-deadband here and sends every change"));
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
            for (var arrival : refused) {
                reader.add(out, arrival, now);
            }
            refused = List.of();
            boolean isWaiting = !first && !hasPage();
            var arrivals = subscriber.inbox().take(isWaiting ? wait : Duration.ZERO);
            long then = clock.epochNanos();
            for (var arrival : arrivals) {
                crossRead.told(arrival.tag(), arrival.value());
            }
            for (var arrival : inOrder(arrivals)) {
                reader.add(out, arrival, then);
            }
            if (!arrivals.isEmpty()) {
                reportLost(subscriber);
            }
            boolean isDue = clock.nanoTime() - checkedAt > CHECK.toNanos();
            boolean isAlive = !arrivals.isEmpty();
            if (isDue || !isAlive) {
                isAlive |= check(subscriber, out);
            }
            return isAlive;
        } catch (DriverException e) {
            lastError = String.valueOf(e.getMessage());
            throw e;
        }
    }

    private boolean hasPage() {
        var source = history;
        return source != null && !source.pages().isEmpty();
    }

    /** What is to be delivered now: of a tag with a hole first what fills that. */
    private List<Arrival> inOrder(List<Arrival> arrivals) {
        if (!hasHistory) {
            return arrivals;
        }
        var due = new ArrayList<Arrival>();
        var source = history;
        for (var arrival : arrivals) {
            if (reader.addresses().get(arrival.tag()).history()) {
                long time = Conversion.deviceTime(arrival.value());
                fill.told(arrival, time, source == null ? _ -> {} : source, due::add);
            } else {
                due.add(arrival);
            }
        }
        if (source != null) {
            fillFrom(source, due);
        }
        return due;
    }

    private void fillFrom(HistoryReader source, List<Arrival> due) {
        var page = source.pages().poll();
        if (page != null) {
            var trouble = fill.found(page, due::add);
            if (!trouble.isEmpty()) {
                tellOfHole(List.of(page.hole().tag()), trouble);
            }
        }
        var given = fill.giveUpWhenFull(due::add);
        if (!given.isEmpty()) {
            tellOfHole(given, "too much came meanwhile");
        }
        var late = fill.giveUpWhenLate(due::add);
        if (!late.isEmpty()) {
            tellOfHole(
                    late,
                    "it did not come within %d s".formatted(HistoryFill.MOST_FILL.toSeconds()));
        }
        if (fill.isIdle()) {
            closeHistory();
        }
    }

    private void tellOfHole(List<Integer> tags, String why) {
        tags.forEach(tag ->
                reader.remark(tag, "what was missed is not in the server's history: " + why));
        if (!toldOfHole) {
            toldOfHole = true;
            log.warn("device={} a hole stays: {}", device.name(), why);
        }
    }

    private void closeHistory() {
        var source = history;
        if (source != null) {
            source.close();
            history = null;
        }
    }

    private void reportLost(Subscriber subscriber) {
        long replaced = subscriber.inbox().replaced() - replacedOfThis;
        replacedOfThis += replaced;
        lost.addAndGet(replaced);
        if (replaced > 0 && !toldOfReplaced) {
            toldOfReplaced = true;
            log.warn(
                    "device={} values come quicker than they are taken; the newest of each tag is kept",
                    device.name());
        }
        if (reader.lost() > 0 && !toldOfOverflow) {
            toldOfOverflow = true;
            log.warn(
                    "device={} the server lost values between two publishes; raise queue or sampling of the tags that 'why' names",
                    device.name());
        }
    }

    /** Nothing has come, or for a while it was not done: sees to what may be the matter. */
    private boolean check(Subscriber subscriber, Batch out)
            throws DriverException, InterruptedException {
        checkedAt = clock.nanoTime();
        var ended = subscriber.ended();
        if (ended == null && subscriber.isAlive()) {
            ended = untold(crossRead.step(subscriber::read));
        }
        if (ended != null && client != null) {
            log.info("device={} subscribes again: {}", device.name(), ended);
            resubscribed++;
            // The new one first: to a session without any subscription a server refuses the publish
            // request that waits there, and Milo then sends none for the one made meanwhile.
            reportLost(subscriber);
            long told = replacedOfThis;
            try {
                subscribe(client);
            } finally {
                subscriber.abandon();
                lost.addAndGet(subscriber.inbox().replaced() - told);
                addRest(subscriber, out);
            }
            return true;
        }
        var trouble = subscriber.trouble();
        if (trouble != null) {
            throw trouble;
        }
        if (anyRefused && clock.nanoTime() - retryAt > 0 && subscriber.isAlive()) {
            retain(subscriber.createItems());
            crossRead.watch(subscriber.probes());
        }
        return subscriber.isAlive();
    }

    /** What a subscription told while the one that takes its place was made. */
    private void addRest(Subscriber old, Batch out) throws InterruptedException {
        long now = clock.epochNanos();
        for (var arrival : old.inbox().takeRest()) {
            if (reader.addresses().get(arrival.tag()).history()) {
                fill.toldBefore(arrival);
            } else {
                reader.add(out, arrival, now);
            }
        }
    }

    /** Why the subscription is of no use although the server says that it lives; null if it is. */
    private @Nullable String untold(List<Integer> tags) {
        if (tags.isEmpty()) {
            return null;
        }
        lost.addAndGet(tags.size());
        tags.forEach(tag ->
                reader.remark(
                        tag,
                        "the server did not tell a change that a read showed, and was subscribed anew (%d times)"
                                .formatted(crossRead.strikes(tag))));
        boolean isNew = tags.stream().anyMatch(t -> crossRead.strikes(t) < CrossRead.MOST_STRIKES);
        if (!isNew) {
            log.warn(
                    "device={} tags={} their changes are not told; it is of no use to subscribe anew",
                    device.name(),
                    tags.size());
            return null;
        }
        return "keep-alives come, but no changes of %d tags that a read shows"
                .formatted(tags.size());
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
            lost.addAndGet(subscriber.inbox().takeRest().size());
        } else if (client != null) {
            Connector.disconnect(client, device.timeout());
        }
        closeHistory();
        client = null;
        refused = List.of();
        anyRefused = false;
    }

    @Override
    public Exchange lastExchange() {
        return new Exchange(tap.request(), tap.answer(), lastError);
    }

    @Override
    public Optional<Exchange> lastExchange(int tag) {
        return reader.note(tag).map(note -> new Exchange(tap.request(), tap.answer(), note));
    }

    @Override
    public long lostValues() {
        return lost.get() + reader.lost();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            lost.addAndGet(fill.waiting());
        }
        steps.cancel();
        closeHistory();
        var subscriber = current.getAndSet(null);
        if (subscriber != null) {
            subscriber.inbox().wake();
            subscriber.disconnect();
        }
    }
}
