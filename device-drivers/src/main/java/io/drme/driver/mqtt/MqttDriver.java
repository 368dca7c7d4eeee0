package io.drme.driver.mqtt;

import io.drme.driver.DeviceSpec;
import io.drme.driver.DriverException;
import io.drme.driver.Exchange;
import io.drme.driver.Handover;
import io.drme.driver.PollGroup;
import io.drme.driver.PushedDriver;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.Value;
import io.drme.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
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

        @Override
        public void message(String topic, byte[] bytes, boolean retained, List<Integer> ids) {
            long now = clock.epochNanos();
            var payload = new Payload(bytes);
            var head = Traces.head(bytes);
            var arrivals = new ArrayList<Arrival>();
            for (var tag : routes.of(topic, ids)) {
                if (retained && tag.address().retained() == MqttAddress.Retained.SKIP) {
                    continue;
                }
                var outcome = payload.read(tag.address().content(), tag.type());
                var error = outcome instanceof Outcome.Bad(Reason _, String why) ? why : "";
                if (outcome instanceof Outcome.Silent) {
                    continue;
                }
                traces.message(
                        tag.position(),
                        new Traces.Seen(topic, head, bytes.length, retained, now, error));
                arrivals.add(new Arrival(tag.position(), now, outcome, retained));
            }
            if (arrivals.isEmpty()) {
                inbox.flush();
            } else {
                inbox.deliver(List.copyOf(arrivals));
            }
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
    private final Routes routes;
    private final Traces traces;
    private final Expiry expiry;
    private final AtomicReference<@Nullable Session> current = new AtomicReference<>();
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
        this.routes = new Routes(bound);
        this.traces = new Traces(bound.size());
        this.expiry = new Expiry(bound);
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
            subscribe(session, link, routes.subscriptions());
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
            add(out, arrival);
        }
        reportOverflow(session);
        expiry.addStale(now, clock.epochNanos(), out);
        if (!arrivals.isEmpty()) {
            return true;
        }
        try {
            link.throwIfLost();
            retry(session, link);
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

    private void add(Batch out, Arrival arrival) {
        var tag = routes.tags().get(arrival.tag());
        switch (arrival.outcome()) {
            case Outcome.Bad(Reason reason, String _) ->
                    out.addBad(tag.tableIndex(), arrival.timeNanos(), reason);
            case Outcome.Good good -> {
                long time = good.timeNanos().orElse(arrival.timeNanos());
                boolean aged =
                        arrival.kept()
                                && good.timeNanos().isEmpty()
                                && tag.address().retained() == MqttAddress.Retained.UNCERTAIN;
                byte quality = aged ? Quality.uncertain(Reason.STALE) : Quality.GOOD;
                addValue(out, tag.tableIndex(), time, good.value(), quality);
            }
            case Outcome.Silent _ -> {}
        }
    }

    private static void addValue(Batch out, int index, long time, Value value, byte quality) {
        switch (value) {
            case Value.Bool(boolean b) -> out.addBoolean(index, time, b, quality);
            case Value.Int(long i) -> out.addInt(index, time, i, quality);
            case Value.Real(double d) -> out.addDouble(index, time, d, quality);
            case Value.Text(String text) -> out.addText(index, time, text, quality);
        }
    }

    private void reportOverflow(Session session) {
        if (session.inbox.replaced() > 0 && !session.overflowTold) {
            session.overflowTold = true;
            log.warn(
                    "device={} messages come quicker than they are taken; the newest of each tag is kept",
                    device.name());
        }
    }

    /** How many messages were replaced by newer ones since the connect; from any thread. */
    long replaced() {
        var session = current.get();
        return session == null ? 0 : session.inbox.replaced();
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
            session.end();
        }
    }

    @Override
    public Exchange lastExchange() {
        return new Exchange(lastRequest, lastAnswer, lastError);
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
