package io.drme.edge.uplink;

import io.drme.model.StreamKind;
import io.drme.sync.Limits;
import io.drme.sync.LiveValue;
import io.drme.sync.Message;
import io.drme.sync.Notary;
import io.drme.sync.RangeSet;
import io.drme.sync.Refills;
import io.drme.sync.Sender;
import io.drme.sync.SenderLog;
import io.drme.sync.SenderSettings;
import io.drme.time.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;

/**
 * Owns the sync with the centre: one thread that steps the sender and its line.
 *
 * <p>Everything but {@link #run} may be called from any thread and neither blocks nor waits.
 */
public final class Forwarder implements Runnable, AutoCloseable {
    /** Live values on their way to the forwarder; more are left out, as live values may be. */
    private static final int LIVE_WAITING = 20_000;

    /** Connections and their time limits are looked at this often. */
    private static final Duration BEAT = Duration.ofMillis(100);

    private static final Sender.State OFFLINE =
            new Sender.State(Sender.Phase.OFFLINE, "", Map.of(), 0, -1, 0, Map.of());

    /** Who the gateway is and what it runs. */
    private record Description(String configurationHash, String schemaHash) {}

    /**
     * How the uplink is, for pages.
     *
     * @param url of the centre, or of its member that is used or tried
     * @param sender what the sync is about
     * @param trouble why there is no connection; empty while there is one
     */
    public record Status(String url, Sender.State sender, String trouble) {}

    private final PahoUplink uplink;
    private final Sender sender;
    private final Orders orders;
    private final BlockingQueue<Again> again = new ArrayBlockingQueue<>(Limits.MAX_REFILLS);
    private final BlockingQueue<LiveValue> live = new ArrayBlockingQueue<>(LIVE_WAITING);
    private final AtomicLong liveLeftOut = new AtomicLong();
    private final AtomicReference<Description> description =
            new AtomicReference<>(new Description("", ""));
    private final AtomicReference<Status> status;
    private volatile boolean stopped;
    private volatile boolean reportAsked;

    private Forwarder(UplinkConfig config, PahoUplink uplink, Sender sender, Orders orders) {
        this.uplink = uplink;
        this.sender = sender;
        this.orders = orders;
        this.status = new AtomicReference<>(new Status(config.url(), OFFLINE, ""));
    }

    /**
     * Makes a forwarder; its owner then starts a thread with {@link #run}.
     *
     * @param identity who speaks; its notary is called by the forwarder's thread only
     * @param log called by the forwarder's thread only
     * @param orders called on the forwarder's thread
     * @throws IOException when certificate, key or authority can't be used; the message says why
     */
    public static Forwarder of(
            Identity identity,
            UplinkConfig config,
            SenderLog log,
            Clock clock,
            RandomGenerator random,
            Orders orders)
            throws IOException {
        var tls =
                config.tls()
                        ? Optional.of(UplinkTls.context(config))
                        : Optional.<SSLContext>empty();
        long instance = random.nextLong();
        var uplink =
                new PahoUplink(identity.notary().gateway(), config, tls, instance, clock, random);
        var settings =
                SenderSettings.defaults(
                        instance, identity.host(), identity.software(), config.budget());
        var sender = new Sender(log, identity.notary(), uplink, clock, settings);
        return new Forwarder(config, uplink, sender, orders);
    }

    /**
     * Who speaks.
     *
     * @param notary its id, its keys, and what is known of the centre
     * @param host name of the machine, for the alarm that names two clones
     * @param software version of the agent
     */
    public record Identity(Notary notary, String host, String software) {}

    /** What the centre wants of the gateway. Must not block. */
    public interface Orders {

        /**
         * Takes a command, each once.
         *
         * @return false where there is no room: the centre sends it again
         */
        boolean take(Message.Command command);

        /** A request to send again is done. */
        void sentAgain(Refills.Refilled done);
    }

    private record Again(String command, Map<StreamKind, RangeSet> items) {}

    /**
     * Remembers commands that were done before this start, with when they expire; to be called
     * before {@link #run}.
     */
    public void commandsDone(Map<String, Long> expiryById) {
        expiryById.forEach(sender::commandDone);
    }

    /**
     * Sends items again behind the backlog; {@link Orders#sentAgain} tells the end.
     *
     * @param command id of the command that asks for it
     * @return false where too many wait
     */
    public boolean sendAgain(String command, Map<StreamKind, RangeSet> items) {
        boolean taken = again.offer(new Again(command, Map.copyOf(items)));
        uplink.awaken();
        return taken;
    }

    /** Sends until {@link #close}, or until the thread is interrupted. */
    @Override
    public void run() {
        try (uplink) {
            while (!stopped) {
                if (!step()) {
                    var idle = sender.idle();
                    uplink.await(idle.compareTo(BEAT) < 0 ? idle : BEAT);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean step() {
        boolean did = uplink.step();
        var now = description.get();
        sender.describe(now.configurationHash(), now.schemaHash());
        for (var value = live.poll(); value != null; value = live.poll()) {
            sender.offerLive(value);
        }
        if (reportAsked) {
            reportAsked = false;
            sender.reportSoon();
        }
        for (var next = again.poll(); next != null; next = again.poll()) {
            if (!sender.sendAgain(next.command(), next.items())) {
                orders.sentAgain(
                        new Refills.Refilled(
                                next.command(), 0, 0, 0, "too many requests at once; ask again"));
            }
        }
        did |= sender.step();
        for (var command = sender.nextCommand();
                command.isPresent();
                command = sender.nextCommand()) {
            if (!orders.take(command.get())) {
                sender.leaveCommand(command.get().id());
            }
        }
        for (var done = sender.nextRefilled(); done.isPresent(); done = sender.nextRefilled()) {
            orders.sentAgain(done.get());
        }
        status.set(new Status(uplink.member().url(), sender.state(), uplink.trouble()));
        return did;
    }

    /** Tells that the log grew, so that what is new goes at once. */
    public void wake() {
        uplink.awaken();
    }

    /** Has the gateway's status sent at once, as before an end in order. */
    public void reportSoon() {
        reportAsked = true;
        uplink.awaken();
    }

    /** Takes a latest value for pages, unless too many wait. */
    public void offerLive(LiveValue value) {
        if (!live.offer(value)) {
            liveLeftOut.incrementAndGet();
        }
    }

    /** Tells what the gateway runs now. */
    public void describe(String configurationHash, String schemaHash) {
        description.set(new Description(configurationHash, schemaHash));
        uplink.awaken();
    }

    /** How the uplink is. */
    public Status status() {
        return status.get();
    }

    /** Live values that were left out because the forwarder was busy. */
    public long liveLeftOut() {
        return liveLeftOut.get();
    }

    /** Asks {@link #run} to end; who started its thread waits for it. */
    @Override
    public void close() {
        stopped = true;
        uplink.awaken();
    }
}
