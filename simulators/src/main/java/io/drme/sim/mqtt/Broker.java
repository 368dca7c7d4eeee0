package io.drme.sim.mqtt;

import io.drme.sim.DeviceContext;
import io.drme.sim.SimulatedDevice;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import io.drme.sim.fault.Moment;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A broker for MQTT 5 and 3.1.1 with the publishers of its scenario; others may connect and publish
 * too. Sessions end with their connection.
 *
 * <p><b>Threads.</b> A virtual thread accepts, each client has two, one publishes. The lock guards
 * sessions and kept messages.
 */
final class Broker implements SimulatedDevice {
    /** The most clients at a time. */
    static final int MAX_SESSIONS = 64;

    /** The most kept messages. */
    static final int MAX_RETAINED = 20_000;

    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final Duration TICK = Duration.ofMillis(5);
    private static final Duration MOST_CLOSING = Duration.ofSeconds(2);
    private static final byte[] GARBAGE = "\u0000\u0001<>".getBytes(StandardCharsets.UTF_8);
    private static final Logger log = LoggerFactory.getLogger(Broker.class);

    /**
     * Who may do what.
     *
     * @param user who may connect; anybody where empty
     * @param refuse filters to which a subscription is refused
     */
    record Rules(String user, String password, List<String> refuse) {}

    private final DeviceContext context;
    private final Rules rules;
    private final List<Publication> publications;
    private final List<EdgeNode> nodes;
    private final long[] due;
    private final long[] nodeDue;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<ClientSession> sessions = new ArrayList<>();
    private final Map<String, Message> retained = new HashMap<>();
    private @Nullable ServerSocket server;
    private @Nullable Thread acceptor;
    private @Nullable Thread publisher;
    private long restartedBy = Long.MIN_VALUE;
    private long awayUntil;

    Broker(
            DeviceContext context,
            Rules rules,
            List<Publication> publications,
            List<EdgeNode> nodes) {
        this.context = context;
        this.rules = rules;
        this.publications = List.copyOf(publications);
        this.nodes = List.copyOf(nodes);
        this.due = new long[publications.size()];
        this.nodeDue = new long[nodes.size()];
        this.awayUntil = context.clock().nanoTime();
    }

    @Override
    public void start() throws IOException {
        var listening = new ServerSocket();
        try {
            listening.setReuseAddress(true);
            listening.bind(context.listen());
        } catch (IOException e) {
            listening.close();
            throw new IOException(
                    "can't listen on %s (%s); is another broker running there?"
                            .formatted(context.listen(), e.getMessage()),
                    e);
        }
        Arrays.fill(due, context.clock().nanoTime());
        Arrays.fill(nodeDue, context.clock().nanoTime());
        server = listening;
        var name = "sim-mqtt-" + context.name();
        acceptor = Thread.ofVirtual().name(name).start(() -> accept(listening));
        publisher = Thread.ofPlatform().name(name + "-publish").daemon().start(this::publish);
        log.info(
                "device={} protocol=mqtt address={} topics={}",
                context.name(),
                listening.getLocalSocketAddress(),
                publications.size());
    }

    Rules rules() {
        return rules;
    }

    /** What is wrong with the line to clients now. */
    Fault fault() {
        return context.faults().ofDevice();
    }

    DeviceContext context() {
        return context;
    }

    private void accept(ServerSocket listening) {
        while (!listening.isClosed()) {
            try {
                serve(listening.accept());
            } catch (IOException e) {
                if (!listening.isClosed()) {
                    log.warn("device={} accept: {}", context.name(), e.getMessage());
                }
            }
        }
    }

    private void serve(Socket socket) throws IOException {
        var session = new ClientSession(this, socket);
        lock.lock();
        try {
            int most = fault().kind() == FaultKind.ONE_CONNECTION ? 1 : MAX_SESSIONS;
            if (sessions.size() >= most || isAway()) {
                socket.close();
                return;
            }
            sessions.add(session);
        } finally {
            lock.unlock();
        }
        Thread.ofVirtual().name("mqtt-reader").start(session::read);
        Thread.ofVirtual().name("mqtt-writer").start(session::write);
    }

    private boolean isAway() {
        return context.clock().nanoTime() - awayUntil < 0;
    }

    /** Another client with the same id takes over (MQTT 5, 3.1.4). */
    void entered(ClientSession session, String clientId) {
        lock.lock();
        try {
            sessions.stream()
                    .filter(s -> s != session && s.isOf(clientId))
                    .forEach(ClientSession::takenOver);
        } finally {
            lock.unlock();
        }
    }

    void left(ClientSession session, Optional<Message> will) {
        lock.lock();
        try {
            if (!sessions.remove(session)) {
                return;
            }
        } finally {
            lock.unlock();
        }
        will.ifPresent(this::pass);
    }

    /** Keeps a message where it is to be kept, and passes it to all who want it. */
    void pass(Message message) {
        nodes.forEach(node -> node.hear(message));
        lock.lock();
        try {
            if (message.retain()) {
                if (message.payload().length == 0) {
                    retained.remove(message.topic());
                } else if (retained.size() < MAX_RETAINED) {
                    retained.put(message.topic(), message);
                }
            }
            sessions.forEach(s -> s.offer(message, false));
        } finally {
            lock.unlock();
        }
    }

    /** The kept messages that match a filter. */
    List<Message> kept(String filter) {
        lock.lock();
        try {
            return retained.values().stream()
                    .filter(m -> Filters.matches(filter, m.topic()))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    private void publish() {
        try {
            while (true) {
                context.clock().sleep(TICK);
                restartIfTold();
                long now = context.clock().nanoTime();
                publishNodes(now);
                for (int i = 0; i < due.length; i++) {
                    if (now - due[i] >= 0) {
                        var publication = publications.get(i);
                        due[i] = Math.max(due[i] + publication.everyNanos(), now);
                        if (!isAway()) {
                            publish(publication);
                        }
                    }
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void publishNodes(long now) {
        for (int i = 0; i < nodeDue.length; i++) {
            var node = nodes.get(i);
            boolean isDue = now - nodeDue[i] >= 0;
            if (isDue) {
                nodeDue[i] = Math.max(nodeDue[i] + node.everyNanos(), now);
            }
            var standing = context.faults().standing(node.unit());
            if (isAway()
                    || (isOfTopic(node.unit()) && standing.fault().kind() == FaultKind.SILENT)) {
                node.die().ifPresent(this::pass);
                continue;
            }
            var moment =
                    Moment.of(
                            context.elapsedNanos(), standing.fault(), now - standing.sinceNanos());
            node.publish(moment, context.clock().epochNanos() / NANOS_PER_MILLI, isDue)
                    .ifPresent(this::pass);
        }
    }

    private void publish(Publication publication) {
        var standing = context.faults().standing(publication.topic());
        var own = isOfTopic(publication.topic()) ? standing.fault().kind() : FaultKind.NONE;
        if (own == FaultKind.SILENT) {
            return;
        }
        long wrongFor = context.clock().nanoTime() - standing.sinceNanos();
        var moment = Moment.of(context.elapsedNanos(), standing.fault(), wrongFor);
        var payload =
                own == FaultKind.GARBAGE
                        ? GARBAGE
                        : publication.payload(moment, context.clock().epochNanos());
        pass(new Message(publication.topic(), payload, publication.qos(), publication.retain()));
    }

    /** Whether a fault is the topic's own, and not the whole broker's. */
    private boolean isOfTopic(String topic) {
        return context.faults().all().containsKey(topic);
    }

    private void restartIfTold() {
        var standing = context.faults().standing(Faults.WHOLE);
        if (standing.fault().kind() != FaultKind.RESTART || standing.sinceNanos() == restartedBy) {
            return;
        }
        lock.lock();
        try {
            restartedBy = standing.sinceNanos();
            awayUntil = context.clock().nanoTime() + standing.fault().delay().toNanos();
            retained.clear();
            sessions.forEach(ClientSession::end);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public InetSocketAddress address() {
        var listening = server;
        if (listening == null) {
            throw new IllegalStateException("not started: " + context.name());
        }
        return (InetSocketAddress) listening.getLocalSocketAddress();
    }

    /** Its topics and edge nodes: a publisher may fail while the broker and the others go on. */
    @Override
    public List<String> units() {
        return Stream.concat(
                        publications.stream().map(Publication::topic),
                        nodes.stream().map(EdgeNode::unit))
                .toList();
    }

    /** The line is the broker's alone, and of a node nobody subscribes to a topic by its unit. */
    @Override
    public Set<FaultKind> faultKindsOf(String unit) {
        var kinds =
                EnumSet.of(
                        FaultKind.SILENT,
                        FaultKind.STUCK,
                        FaultKind.DRIFT,
                        FaultKind.SPIKES,
                        FaultKind.NONE);
        if (nodes.stream().noneMatch(node -> node.unit().equals(unit))) {
            kinds.add(FaultKind.EXCEPTION);
            kinds.add(FaultKind.GARBAGE);
        }
        return kinds;
    }

    @Override
    public Set<FaultKind> faultKinds() {
        return EnumSet.of(
                FaultKind.SILENT,
                FaultKind.SLOW,
                FaultKind.RESET,
                FaultKind.EXCEPTION,
                FaultKind.SHORT,
                FaultKind.GARBAGE,
                FaultKind.DRIP,
                FaultKind.HALF_OPEN,
                FaultKind.JITTER,
                FaultKind.RESTART,
                FaultKind.ONE_CONNECTION,
                FaultKind.STUCK,
                FaultKind.DRIFT,
                FaultKind.SPIKES,
                FaultKind.NONE);
    }

    @Override
    public void close() {
        var listening = server;
        var publishing = publisher;
        var accepting = acceptor;
        if (listening == null || publishing == null || accepting == null) {
            return;
        }
        publishing.interrupt();
        try {
            listening.close();
        } catch (IOException e) {
            log.warn("device={} close: {}", context.name(), e.getMessage());
        }
        lock.lock();
        try {
            sessions.forEach(ClientSession::end);
            sessions.clear();
        } finally {
            lock.unlock();
        }
        try {
            accepting.join(MOST_CLOSING);
            publishing.join(MOST_CLOSING.toMillis());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
