package io.drme.cloud.ingest;

import io.drme.model.GatewayId;
import io.drme.sync.Fact;
import io.drme.sync.Message;
import io.drme.sync.MessageCodec;
import io.drme.sync.Receiver;
import io.drme.sync.Topics;
import io.drme.time.Clock;
import io.vertx.mqtt.messages.codes.MqttPubAckReasonCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that runs the receiver: takes what waits, stores it in one transaction, and only
 * then acknowledges, answers and tells.
 */
final class IngestThread implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(IngestThread.class);

    /** Messages that wait for the database. */
    private static final int QUEUE_MESSAGES = 4_096;

    /** Their bytes; more are refused with QUOTA_EXCEEDED. */
    private static final long QUEUE_BYTES = 128L << 20;

    /** Messages stored in one transaction: one fdatasync for many. */
    private static final int BATCH_MESSAGES = 256;

    /** Bytes stored in one transaction. */
    private static final long BATCH_BYTES = 16L << 20;

    /** Of blocks in one transaction at most; how many, {@link TurnLength} finds out. */
    private static final long BULK_BATCH_BYTES = 256L << 10;

    private static final Duration BEAT = Duration.ofMillis(250);
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);

    private sealed interface Work {
        @SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared
        record Arrived(GatewayConnection connection, int messageId, byte[] bytes, long cameNanos)
                implements Work {}

        record Command(GatewayId gateway, Message.Command command) implements Work {}

        record Gone(GatewayConnection connection) implements Work {}
    }

    private final Receiver receiver;
    private final IngestListener listener;
    private final Clock clock;
    private final IngestStats stats;

    /** Hellos, events, what people look at: goes before blocks. */
    private final BlockingQueue<Work> urgent = new ArrayBlockingQueue<>(QUEUE_MESSAGES);

    private final BlockingQueue<Work> bulk = new ArrayBlockingQueue<>(QUEUE_MESSAGES);
    private final Semaphore arrivals = new Semaphore(0);
    private final AtomicLong queuedBytes = new AtomicLong();
    private final Thread thread = Thread.ofPlatform().name("ingest").unstarted(this::run);
    private volatile boolean stopping;
    private volatile boolean commandsAsked;
    private Runnable sendAway = () -> {};

    // Owned by the thread.
    private final Map<Long, GatewayConnection> bySession = new HashMap<>();
    private final Map<GatewayId, Long> sessions = new HashMap<>();
    private final LogOnce once = new LogOnce();
    private final TurnLength turn = new TurnLength(BULK_BATCH_BYTES);
    private boolean storeFails;
    private boolean isClosed;
    private long nextTick;

    IngestThread(Receiver receiver, IngestListener listener, Clock clock, IngestStats stats) {
        this.receiver = receiver;
        this.listener = listener;
        this.clock = clock;
        this.stats = stats;
    }

    /** What is done once nothing may be taken any more; to be said before {@link #start}. */
    void whenClosed(Runnable action) {
        sendAway = action;
    }

    /** Another member put a command into the store. Never blocks. */
    void lookForCommands() {
        commandsAsked = true;
        arrivals.release();
    }

    void start() {
        nextTick = clock.nanoTime();
        thread.start();
    }

    /** Hands a message on; false when too much waits. Never blocks. */
    boolean offer(GatewayConnection connection, int messageId, byte[] bytes) {
        boolean isUrgent = connection.identity().channel() == Topics.Channel.URGENT;
        var work = new Work.Arrived(connection, messageId, bytes, clock.nanoTime());
        if (queuedBytes.addAndGet(bytes.length) > QUEUE_BYTES
                || !offer(isUrgent ? urgent : bulk, work)) {
            queuedBytes.addAndGet(-bytes.length);
            return false;
        }
        return true;
    }

    private boolean offer(BlockingQueue<Work> queue, Work work) {
        boolean isTaken = queue.offer(work);
        if (isTaken) {
            arrivals.release();
        }
        return isTaken;
    }

    /** Hands a command on; false when too much waits. Never blocks. */
    boolean offer(GatewayId gateway, Message.Command command) {
        return offer(urgent, new Work.Command(gateway, command));
    }

    /** Tells that a connection ended; where there is no room, its session is found gone later. */
    boolean gone(GatewayConnection connection) {
        return offer(urgent, new Work.Gone(connection));
    }

    private void run() {
        try {
            resume();
            while (!stopping) {
                boolean isWoken = arrivals.tryAcquire(BEAT.toMillis(), TimeUnit.MILLISECONDS);
                look();
                if (isWoken) {
                    arrivals.drainPermits();
                    takeAll();
                }
                tickIfDue();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** What a restart, or an upgrade, left to be done. */
    private void resume() throws InterruptedException {
        var outcome = receiver.resume();
        if (!outcome.durable()) {
            log.error("ingest=not-resumed why=\"{}\"", outcome.trouble());
        }
        if (!outcome.facts().isEmpty()) {
            log.info("ingest=read-again items={}", outcome.facts().size());
        }
        for (var fact : outcome.facts()) {
            listener.take(fact);
        }
    }

    /** A batch of what is urgent, and a small one of blocks, in turns. */
    private void takeAll() throws InterruptedException {
        while (!stopping && !(urgent.isEmpty() && bulk.isEmpty())) {
            take(urgent, BATCH_BYTES);
            long begin = clock.nanoTime();
            long bytes = take(bulk, turn.bytes());
            turn.took(bytes, clock.nanoTime() - begin);
            tickIfDue();
        }
    }

    private void tickIfDue() {
        boolean isDue = clock.nanoTime() - nextTick >= 0;
        if (isDue) {
            nextTick = clock.nanoTime() + TICK.toNanos();
            look();
            answer(receiver.step());
        }
        if ((isDue || commandsAsked) && listener.isShared() && !isClosed) {
            commandsAsked = false;
            answer(receiver.lookForCommands().answers());
        }
    }

    /** Whether anything may be taken; once not, gateways are to go to another member. */
    private void look() {
        var why = listener.closed();
        if (why.isPresent() == isClosed) {
            return;
        }
        isClosed = why.isPresent();
        if (isClosed) {
            log.error("ingest=closed why=\"{}\"", why.get());
            sendAway.run();
        } else {
            log.info("ingest=open");
        }
    }

    /** Gives how many bytes that were. */
    private long take(BlockingQueue<Work> queue, long mostBytes) throws InterruptedException {
        var arrived = new ArrayList<Work.Arrived>();
        long bytes = 0;
        var next = queue.poll();
        while (next != null) {
            switch (next) {
                case Work.Arrived a -> {
                    arrived.add(a);
                    bytes += a.bytes().length;
                    if (MessageCodec.isHello(a.bytes())) {
                        bySession.put(MessageCodec.session(a.bytes()), a.connection());
                    }
                }
                case Work.Command(GatewayId gateway, Message.Command command) ->
                        submit(gateway, command);
                case Work.Gone(GatewayConnection connection) ->
                        bySession.values().removeIf(c -> c == connection);
            }
            next = arrived.size() < BATCH_MESSAGES && bytes < mostBytes ? queue.poll() : null;
        }
        queuedBytes.addAndGet(-bytes);
        if (!arrived.isEmpty()) {
            store(arrived);
        }
        return bytes;
    }

    private void submit(GatewayId gateway, Message.Command command) {
        var outcome = receiver.submit(gateway, command);
        if (outcome.durable()) {
            listener.submitted();
        } else {
            log.warn(
                    "gateway={} command={} not-kept=\"{}\"; a restart of the centre forgets it",
                    gateway,
                    command.id(),
                    outcome.trouble());
        }
        answer(outcome.answers());
    }

    private void store(List<Work.Arrived> arrived) throws InterruptedException {
        look();
        if (isClosed) {
            stats.notStored.addAndGet(arrived.size());
            for (var one : arrived) {
                one.connection()
                        .acknowledge(one.messageId(), MqttPubAckReasonCode.UNSPECIFIED_ERROR);
            }
            return;
        }
        var outcome =
                receiver.receive(
                        arrived.stream()
                                .map(a ->
                                        new Receiver.Arrival(
                                                a.connection().identity().gateway(),
                                                a.bytes(),
                                                a.cameNanos()))
                                .toList());
        if (outcome.durable() == storeFails) {
            storeFails = !outcome.durable();
            if (storeFails) {
                log.error("ingest=not-stored why=\"{}\"", outcome.trouble());
            } else {
                log.info("ingest=stored-again");
            }
        }
        if (!outcome.durable()) {
            stats.notStored.addAndGet(arrived.size());
        }
        // Facts first: who reads the receipt may ask the grid at once.
        for (var fact : outcome.facts()) {
            note(fact);
            listener.take(fact);
        }
        for (var one : arrived) {
            one.connection()
                    .acknowledge(
                            one.messageId(),
                            outcome.durable()
                                    ? MqttPubAckReasonCode.SUCCESS
                                    : MqttPubAckReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
        }
        answer(outcome.answers());
    }

    private void note(Fact fact) {
        switch (fact) {
            case Fact.Joined joined -> {
                sessions.put(joined.gateway(), joined.hello().session());
                log.info(
                        "gateway={} joined=true epoch={} start={} host={}",
                        joined.gateway(),
                        joined.epochNumber(),
                        joined.hello().bootCount(),
                        joined.hello().host());
            }
            case Fact.Damaged damaged -> {
                stats.badMessages.incrementAndGet();
                if (once.first("damaged " + damaged.gateway())) {
                    log.warn(
                            "gateway={} message=bad why=\"{}\" done=\"not taken; the gateway sends again what it holds; more of a known gateway stand in /api/v1/findings\"",
                            damaged.gateway(),
                            LogOnce.shown(damaged.reason()));
                }
            }
            case Fact.CloneRefused clone ->
                    log.warn(
                            "gateway={} clone=refused holder={} refused={}",
                            clone.gateway(),
                            clone.holder().host(),
                            clone.refused().host());
            case Fact.Forked forked ->
                    log.warn(
                            "gateway={} forked=true item=\"{}\"",
                            forked.gateway(),
                            forked.refused());
            case Fact.HeadRefused h ->
                    log.warn(
                            "gateway={} signature={} why=\"{}\"", h.gateway(), h.why(), h.detail());
            case Fact.Quarantined q ->
                    log.warn(
                            "gateway={} quarantined=\"{}\" why=\"{}\"",
                            q.gateway(),
                            q.item(),
                            q.reason());
            default -> {
                // Told to the listener only.
            }
        }
    }

    private void answer(List<Receiver.Answer> answers) {
        for (var answer : answers) {
            long session = answer.message().session();
            var to =
                    bySession.get(
                            session == 0
                                    ? sessions.getOrDefault(answer.gateway(), 0L)
                                    : Long.valueOf(session));
            if (to != null
                    && to.identity().gateway().equals(answer.gateway())
                    && !to.send(MessageCodec.encode(answer.message()))) {
                stats.answersLeftOut.incrementAndGet();
            }
        }
    }

    /** Ends after what is being stored now; what waits was not acknowledged and comes again. */
    @Override
    public void close() {
        stopping = true;
        try {
            if (!thread.join(CLOSE_LIMIT)) {
                thread.interrupt();
                thread.join(CLOSE_LIMIT);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
