package io.drme.edge.uplink;

import io.drme.driver.mqtt.BrokerSocket;
import io.drme.model.GatewayId;
import io.drme.sync.Topics;
import io.drme.sync.Topics.Channel;
import io.drme.sync.Uplink;
import io.drme.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The line to the centre over two MQTT 5 connections, so that an alarm never waits behind a block.
 * The line stands only while both do.
 *
 * <p><b>Implementation.</b> The library (Paho) keeps nothing for us: no persistence, no automatic
 * reconnect, clean starts; the gateway's log is the queue, and only receipts tell what arrived.
 * {@link #step} makes and watches connections without ever blocking: what is not up in time is
 * given up and disposed of by a thread of its own.
 *
 * <p>Confined to the thread that steps it, but for {@link #awaken}.
 */
final class PahoUplink implements Uplink, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PahoUplink.class);

    /** Messages of the centre that wait; more are dropped, as on any line that is too slow. */
    private static final int INBOX_MESSAGES = 1_024;

    /** A receipt takes the way there and back: so many events may be under way. */
    private static final int URGENT_UNDER_WAY = 128;

    /** As many as the centre's window; how many bytes they are, the sender bounds. */
    private static final int BULK_UNDER_WAY = 64;

    private static final int KEEP_ALIVE_SECONDS = 15;
    private static final int CONNECT_SECONDS = 10;

    /** What is not up after this is given up, whatever the library thinks. */
    private static final Duration UP_WITHIN = Duration.ofSeconds(15);

    private static final Duration DISPOSED_WITHIN = Duration.ofSeconds(2);

    private final GatewayId gateway;
    private final UplinkConfig config;
    private final Optional<SSLContext> tls;
    private final long instance;
    private final Clock clock;
    private final Backoff backoff;
    private final BlockingQueue<byte[]> inbox = new ArrayBlockingQueue<>(INBOX_MESSAGES);
    private final AtomicLong inboxOverflows = new AtomicLong();
    private final Semaphore woken = new Semaphore(0);
    private final ExecutorService disposals =
            Executors.newThreadPerTaskExecutor(
                    Thread.ofVirtual().name("uplink-disposal-", 0).factory());
    private final Map<Channel, MqttLink> links = new EnumMap<>(Channel.class);

    /** Index of the member that is tried or connected. */
    private int at;

    /** Members that failed one after the other; after all of them comes a longer wait. */
    private int failedInTurn;

    private long connections;
    private boolean up;
    private long begunAt;
    private long nextTryAt;
    private String trouble = "";

    PahoUplink(
            GatewayId gateway,
            UplinkConfig config,
            Optional<SSLContext> tls,
            long instance,
            Clock clock,
            RandomGenerator random) {
        this.gateway = gateway;
        this.config = config;
        this.tls = tls;
        this.instance = instance;
        this.clock = clock;
        this.backoff = new Backoff(random);
        // a fleet with the same list spreads over the members
        this.at = random.nextInt(config.members().size());
        this.nextTryAt = clock.nanoTime();
    }

    /** Makes and watches the connections; true when anything changed. */
    boolean step() {
        long now = clock.nanoTime();
        if (links.isEmpty()) {
            if (now - nextTryAt < 0) {
                return false;
            }
            begin(now);
            return true;
        }
        for (var entry : links.entrySet()) {
            if (entry.getValue().state() instanceof MqttLink.State.Down(String why)) {
                giveUp(entry.getKey().text() + ": " + why);
                return true;
            }
        }
        boolean all = links.values().stream().allMatch(l -> l.state() instanceof MqttLink.State.Up);
        if (all && !up) {
            up = true;
            connections++;
            backoff.reset();
            failedInTurn = 0;
            trouble = "";
            inbox.clear();
            log.info("uplink=up url={}", member().url());
            return true;
        }
        if (!all && now - begunAt > UP_WITHIN.toNanos()) {
            giveUp("not connected within " + UP_WITHIN.toSeconds() + " s");
            return true;
        }
        return false;
    }

    private void begin(long now) {
        begunAt = now;
        try {
            for (var channel : Channel.values()) {
                boolean urgent = channel == Channel.URGENT;
                links.put(
                        channel,
                        MqttLink.begin(
                                new MqttLink.Target(
                                        "tcp://" + member().host() + ":" + member().port(),
                                        Topics.clientId(gateway, channel, instance),
                                        options()),
                                socket(),
                                urgent ? Optional.of(Topics.down(gateway)) : Optional.empty(),
                                urgent ? URGENT_UNDER_WAY : BULK_UNDER_WAY,
                                new Arrivals()));
            }
        } catch (MqttException | IllegalArgumentException e) {
            giveUp(e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    private MqttConnectionOptions options() {
        var options = new MqttConnectionOptions();
        options.setAutomaticReconnect(false);
        options.setCleanStart(true);
        options.setSessionExpiryInterval(0L);
        options.setTopicAliasMaximum(0);
        options.setReceiveMaximum(URGENT_UNDER_WAY);
        options.setKeepAliveInterval(KEEP_ALIVE_SECONDS);
        options.setConnectionTimeout(CONNECT_SECONDS);
        return options;
    }

    /** TLS is the socket's affair, so the library is told of TCP only. */
    private BrokerSocket socket() {
        return new BrokerSocket(
                tls.map(t -> new BrokerSocket.Secure(t, member().host(), member().port())),
                CONNECT_SECONDS * 1_000,
                clock);
    }

    /** Goes on with the next member; at once, unless all have failed one after the other. */
    private void giveUp(String why) {
        if (up || !why.equals(trouble)) {
            log.info("uplink=down url={} why=\"{}\"", member().url(), why);
        }
        trouble = why;
        up = false;
        links.values().forEach(link -> disposals.execute(link::dispose));
        links.clear();
        at = (at + 1) % config.members().size();
        failedInTurn++;
        boolean isRound = failedInTurn >= config.members().size();
        if (isRound) {
            failedInTurn = 0;
        }
        var wait = isRound ? backoff.next() : backoff.soon();
        nextTryAt = clock.nanoTime() + wait.toNanos();
    }

    /** What the library's threads may touch. */
    private final class Arrivals implements MqttLink.Inbox {
        @Override
        public void put(byte[] message) {
            if (!inbox.offer(message)) {
                inboxOverflows.incrementAndGet();
            }
            awaken();
        }

        @Override
        public void wake() {
            awaken();
        }
    }

    @Override
    public long connection() {
        return up ? connections : 0;
    }

    @Override
    public boolean send(Channel channel, byte[] message) {
        var link = links.get(channel);
        return up && link != null && link.send(Topics.up(gateway, channel), message);
    }

    @Override
    public Optional<byte[]> poll() {
        return Optional.ofNullable(inbox.poll());
    }

    @Override
    public void reconnect(String why) {
        if (up) {
            giveUp(why);
        }
    }

    /** The member that is connected, or was tried last or is next. */
    UplinkConfig.Address member() {
        return config.members().get(at);
    }

    /** Why there is no connection; empty while there is one. */
    String trouble() {
        return trouble;
    }

    /** Ends {@link #await} early; from any thread. */
    void awaken() {
        if (woken.availablePermits() == 0) {
            woken.release();
        }
    }

    /** Waits until something came, something changed, or the time is over. */
    void await(Duration time) throws InterruptedException {
        if (woken.tryAcquire(time.toNanos(), TimeUnit.NANOSECONDS)) {
            woken.drainPermits();
        }
    }

    @Override
    public void close() {
        up = false;
        links.values().forEach(link -> disposals.execute(link::dispose));
        links.clear();
        disposals.shutdown();
        try {
            if (!disposals.awaitTermination(DISPOSED_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                disposals.shutdownNow();
            }
        } catch (InterruptedException _) {
            disposals.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
