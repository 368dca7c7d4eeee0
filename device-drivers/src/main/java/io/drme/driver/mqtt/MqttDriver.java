package io.drme.driver.mqtt;

import io.drme.driver.DeviceSpec;
import io.drme.driver.DriverException;
import io.drme.driver.Exchange;
import io.drme.driver.FoundTag;
import io.drme.driver.Handover;
import io.drme.driver.PollGroup;
import io.drme.driver.PushedDriver;
import io.drme.model.Batch;
import io.drme.model.Reason;
import io.drme.model.TagName;
import io.drme.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to one broker.
 *
 * <p>A broker that lives says nothing of the publishers behind it, so each tag may have a time of
 * its own after which silence makes it stale ({@code expire}).
 */
final class MqttDriver implements PushedDriver {
    /** The most messages that wait to be taken; beyond them the newest of each tag is kept. */
    static final int MAX_WAITING = 1_024;

    /** How often topics that the broker refused are asked for again. */
    static final Duration RETRY_REFUSED = Duration.ofSeconds(30);

    private static final long NANOS_PER_MILLI = 1_000_000;

    private static final Logger log = LoggerFactory.getLogger(MqttDriver.class);

    /** One connection: all that is made at a connect and dropped at a disconnect. */
    private final class Session implements BrokerLink.Listener {
        private final Handover<Arrival> inbox = new Handover<>(MAX_WAITING, Arrival::tag);
        private @Nullable BrokerLink link;
        private List<Routes.Subscription> refused = List.of();

        /** Those of which the tags have not been told yet. */
        private List<Routes.Subscription> untold = List.of();

        private long retryAt;
        private boolean overflowTold;
        private long countedReplaced;

        @Override
        public void message(String topic, byte[] bytes, boolean retained, List<Integer> ids) {
            lock.lock();
            try {
                // The library's queue may outlive the connection; what is shared is the next one's.
                if (current.get() != this) {
                    return;
                }
                var message = Heard.of(topic, bytes, retained, clock.epochNanos());
                if (MetricName.isSparkplug(topic)) {
                    sparkplug(message, bytes);
                }
                var arrivals = new ArrayList<Arrival>();
                var bound = routes.of(topic, ids);
                bound.forEach(tag -> read(message, tag).ifPresent(arrivals::add));
                routes.templatesOf(topic, ids).forEach(template -> discover(message, template));
                if (arrivals.isEmpty()) {
                    inbox.flush();
                } else {
                    inbox.deliver(List.copyOf(arrivals));
                }
            } finally {
                lock.unlock();
            }
        }

        private void sparkplug(Heard heard, byte[] bytes) {
            var arrivals =
                    sparkplug.message(heard.topic(), bytes, heard.retained(), heard.timeNanos());
            for (var arrival : arrivals) {
                var error =
                        arrival.outcome() instanceof Outcome.Bad(Reason _, String why) ? why : "";
                traces.message(arrival.tag(), heard.seen(error));
            }
            if (!arrivals.isEmpty()) {
                inbox.deliver(arrivals);
            }
            askForBirths(link);
        }

        /** Counts what was replaced since the last time; with the lock held. */
        private void countReplaced() {
            long all = inbox.replaced();
            lost.addAndGet(all - countedReplaced);
            countedReplaced = all;
        }

        @Override
        public void lost() {
            inbox.wake();
        }

        void end() {
            inbox.wake();
            if (link != null) {
                link.close();
            }
        }
    }

    private final DeviceSpec device;
    private final BrokerLink.Target target;
    private final Clock clock;
    private final List<MqttAddress> templates = new ArrayList<>();

    /** Guards what the library's threads share with others: routes, discovery, and deliveries. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Discovery discovery;
    private final SparkplugHost sparkplug;
    private final AtomicReference<String> note = new AtomicReference<>("");
    private volatile Routes routes;
    private volatile Traces traces;
    private Expiry expiry;
    private final AtomicReference<@Nullable Session> current = new AtomicReference<>();
    private final AtomicLong lost = new AtomicLong();
    private volatile boolean closed;
    private String lastRequest = "";
    private String lastAnswer = "";
    private String lastError = "";

    MqttDriver(DeviceSpec device, PollGroup group, Clock clock, RandomGenerator random) {
        this.device = device;
        this.clock = clock;
        var settings = (MqttSettings) device.settings();
        // The same over reconnects, so that a broker drops what it still holds of us.
        var clientId =
                settings.clientId().isEmpty()
                        ? "drme-%s-%08x".formatted(device.name(), random.nextInt())
                        : settings.clientId();
        this.target = new BrokerLink.Target(device.name(), settings, clientId, device.timeout());
        device.templates().forEach(t -> templates.add((MqttAddress) t.like().address()));
        this.discovery = new Discovery(device.templates());
        var bound = bound(device, group);
        this.routes = new Routes(bound, templates);
        this.traces = new Traces(bound.size());
        this.expiry = new Expiry(bound);
        this.sparkplug = new SparkplugHost(bound, clock::nanoTime);
        noteBound(device, group, 0);
    }

    private static List<Routes.Bound> bound(DeviceSpec device, PollGroup group) {
        var bound = new ArrayList<Routes.Bound>();
        for (int i = 0; i < group.tags().size(); i++) {
            var tag = device.tags().get(group.tags().get(i));
            bound.add(
                    new Routes.Bound(
                            i,
                            group.tableIndexes().get(i),
                            (MqttAddress) tag.address(),
                            tag.rawType()));
        }
        return bound;
    }

    /** Tells the discovery which of the tags from a position on are of a template. */
    private void noteBound(DeviceSpec of, PollGroup group, int from) {
        for (int i = from; i < group.tags().size(); i++) {
            var tag = of.tags().get(group.tags().get(i));
            var topic = ((MqttAddress) tag.address()).topic();
            for (var template : discovery.templates()) {
                var pattern = ((MqttAddress) template.like().address()).topic();
                boolean made =
                        pattern.match(topic.text())
                                .flatMap(words -> TagWords.name(template, words))
                                .filter(tag.name()::equals)
                                .isPresent();
                if (made) {
                    discovery.bound(template, tag.name(), topic.text());
                }
            }
        }
    }

    /** What a message says of a tag, noted for the person who asks; by the library's thread. */
    private Optional<Arrival> read(Heard heard, Routes.Bound tag) {
        var address = tag.address();
        if (heard.retained() && address.retained() == MqttAddress.Retained.SKIP) {
            return Optional.empty();
        }
        var outcome = heard.payload().read(address.content(), tag.type());
        if (outcome instanceof Outcome.Silent) {
            return Optional.empty();
        }
        var error = outcome instanceof Outcome.Bad(Reason _, String why) ? why : "";
        traces.message(tag.position(), heard.seen(error));
        return Optional.of(
                new Arrival(tag.position(), heard.timeNanos(), outcome, heard.retained()));
    }

    private void discover(Heard heard, int at) {
        var template = discovery.templates().get(at);
        var address = templates.get(at);
        if (discovery.has(template, heard.topic())
                || (heard.retained() && address.retained() == MqttAddress.Retained.SKIP)) {
            return;
        }
        var outcome = heard.payload().read(address.content(), template.like().rawType());
        discovery.heard(
                template,
                heard.topic(),
                new Arrival(0, heard.timeNanos(), outcome, heard.retained()));
        note.set(discovery.note());
    }

    /** Asks nodes to tell anew what they are; with the lock held. */
    private void askForBirths(@Nullable BrokerLink link) {
        if (link != null) {
            sparkplug.ask(node ->
                    link.publish(
                            node.commands(),
                            SparkplugPayload.rebirth(clock.epochNanos() / NANOS_PER_MILLI)));
        }
    }

    @Override
    public List<FoundTag> found() {
        lock.lock();
        try {
            return discovery.take();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void giveUp(Collection<TagName> tags) {
        lock.lock();
        try {
            discovery.giveUp(tags);
            note.set(discovery.note());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String note() {
        return note.get();
    }

    @Override
    public void extend(DeviceSpec more, PollGroup group) {
        lock.lock();
        try {
            int before = routes.tags().size();
            var bound = bound(more, group);
            traces = traces.extended(bound.size());
            expiry = expiry.extended(bound, clock.nanoTime());
            noteBound(more, group, before);
            routes = new Routes(bound, templates);
            var session = current.get();
            for (int i = before; i < bound.size(); i++) {
                traces.answered(i, "");
                var waited = discovery.release(more.tags().get(group.tags().get(i)).name(), i);
                if (session == null) {
                    lost.addAndGet(waited.size());
                } else if (!waited.isEmpty()) {
                    session.inbox.deliver(waited);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void connect() throws DriverException, InterruptedException {
        if (current.get() != null) {
            return;
        }
        lastRequest =
                "connect to %s as %s, subscribe to %d topics"
                        .formatted(
                                target.settings().url(),
                                target.clientId(),
                                routes.subscriptions().size());
        var session = new Session();
        try {
            var link = BrokerLink.open(target, session, clock);
            session.link = link;
            current.set(session);
            beginSparkplug();
            subscribe(session, link, routes.subscriptions());
            askForBirths();
            lastAnswer = "connected";
            lastError = "";
            expiry.begin(clock.nanoTime());
        } catch (DriverException e) {
            lastError = String.valueOf(e.getMessage());
            disconnect();
            throw e;
        } catch (InterruptedException e) {
            disconnect();
            throw e;
        }
        if (closed) {
            disconnect();
        }
    }

    private void beginSparkplug() {
        lock.lock();
        try {
            sparkplug.forget();
        } finally {
            lock.unlock();
        }
    }

    private void askForBirths() {
        lock.lock();
        try {
            var session = current.get();
            askForBirths(session == null ? null : session.link);
        } finally {
            lock.unlock();
        }
    }

    /** Asks for topics; those of a refused one are bad, and asked for again later. */
    private void subscribe(Session session, BrokerLink link, List<Routes.Subscription> wanted)
            throws DriverException, InterruptedException {
        var refusals = link.subscribe(wanted.stream().map(Routes.Subscription::request).toList());
        var refused = new ArrayList<Routes.Subscription>();
        for (int i = 0; i < wanted.size(); i++) {
            var refusal = refusals.get(i);
            wanted.get(i).tags().forEach(tag -> traces.answered(tag, refusal));
            if (!refusal.isEmpty()) {
                refused.add(wanted.get(i));
                lastError = "topic %s: %s".formatted(wanted.get(i).request().filter(), refusal);
            }
        }
        if (!refused.isEmpty() && session.refused.isEmpty()) {
            log.warn("device={} topics refused={} {}", device.name(), refused.size(), lastError);
        }
        session.refused = List.copyOf(refused);
        session.retryAt = clock.nanoTime() + RETRY_REFUSED.toNanos();
        session.untold = session.refused;
    }

    @Override
    public boolean take(Batch out, Duration wait) throws DriverException, InterruptedException {
        var session = current.get();
        var link = session == null ? null : session.link;
        if (session == null || link == null || closed) {
            throw target.unreachable("is not connected", null);
        }
        if (!session.untold.isEmpty()) {
            addRefused(session, out);
            return true;
        }
        var arrivals = session.inbox.take(expiry.within(wait, clock.nanoTime()));
        long now = clock.nanoTime();
        for (var arrival : arrivals) {
            expiry.heard(arrival.tag(), now);
            arrival.addTo(out, routes.tags().get(arrival.tag()));
        }
        reportOverflow(session);
        expiry.addStale(now, clock.epochNanos(), out);
        if (!arrivals.isEmpty()) {
            return true;
        }
        try {
            link.throwIfLost();
            retry(session, link);
            askForBirths();
        } catch (DriverException e) {
            lastError = String.valueOf(e.getMessage());
            throw e;
        }
        return link.isAlive();
    }

    private void retry(Session session, BrokerLink link)
            throws DriverException, InterruptedException {
        if (!session.refused.isEmpty() && clock.nanoTime() - session.retryAt > 0) {
            subscribe(session, link, session.refused);
        }
    }

    private void addRefused(Session session, Batch out) {
        long now = clock.epochNanos();
        for (var subscription : session.untold) {
            for (int tag : subscription.tags()) {
                out.addBad(routes.tags().get(tag).tableIndex(), now, Reason.REFUSED);
            }
        }
        session.untold = List.of();
    }

    private void reportOverflow(Session session) {
        if (session.inbox.replaced() > 0 && !session.overflowTold) {
            session.overflowTold = true;
            log.warn(
                    "device={} messages come quicker than they are taken; the newest of each tag is kept",
                    device.name());
        }
    }

    private String counts() {
        var session = current.get();
        long replaced = session == null ? 0 : session.inbox.replaced();
        return (replaced == 0 ? "" : "; %d messages replaced by newer ones".formatted(replaced))
                + discovery.counts()
                + sparkplug.counts();
    }

    /** Replaced by newer ones, or heard while there was no room or nobody to take them. */
    @Override
    public long lostValues() {
        lock.lock();
        try {
            var session = current.get();
            if (session != null) {
                session.countReplaced();
            }
            return lost.get() + discovery.dropped();
        } finally {
            lock.unlock();
        }
    }

    /** The tags that are being made; with nothing else at work. */
    Discovery discovery() {
        return discovery;
    }

    /** Who hears of the connection that there is. */
    Optional<BrokerLink.Listener> listener() {
        return Optional.ofNullable(current.get());
    }

    @Override
    public long heardNanos() {
        var session = current.get();
        return session == null || session.link == null
                ? clock.nanoTime()
                : session.link.heardNanos();
    }

    @Override
    public void disconnect() {
        var session = current.getAndSet(null);
        if (session != null) {
            lock.lock();
            try {
                session.countReplaced();
            } finally {
                lock.unlock();
            }
            session.end();
        }
    }

    @Override
    public Exchange lastExchange() {
        lock.lock();
        try {
            return lastRequest.isEmpty()
                    ? Exchange.NONE
                    : new Exchange(lastRequest, lastAnswer + counts(), lastError);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<Exchange> lastExchange(int tag) {
        return routes.tags().stream()
                .filter(bound -> bound.tableIndex() == tag)
                .findFirst()
                .flatMap(bound -> traces.of(bound.position(), bound.address()));
    }

    @Override
    public void close() {
        closed = true;
        disconnect();
    }
}
