package io.drme.edge.uplink;

import io.drme.sync.LiveValue;
import io.drme.sync.Message;
import io.drme.sync.Notary;
import io.drme.sync.Sender;
import io.drme.sync.SenderLog;
import io.drme.sync.SenderSettings;
import io.drme.time.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

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
            new Sender.State(Sender.Phase.OFFLINE, "", Map.of(), 0, 0);

    /** Who the gateway is and what it runs. */
    private record Description(String configurationHash, String schemaHash) {}

    /**
     * How the uplink is, for pages.
     *
     * @param url of the centre
     * @param sender what the sync is about
     * @param trouble why there is no connection; empty while there is one
     */
    public record Status(String url, Sender.State sender, String trouble) {}

    private final UplinkConfig config;
    private final PahoUplink uplink;
    private final Sender sender;
    private final Consumer<Message.Command> commands;
    private final BlockingQueue<LiveValue> live = new ArrayBlockingQueue<>(LIVE_WAITING);
    private final AtomicLong liveLeftOut = new AtomicLong();
    private final AtomicReference<Description> description =
            new AtomicReference<>(new Description("", ""));
    private final AtomicReference<Status> status;
    private volatile boolean stopped;
    private volatile boolean reportAsked;

    private Forwarder(
            UplinkConfig config,
            PahoUplink uplink,
            Sender sender,
            Consumer<Message.Command> commands) {
        this.config = config;
        this.uplink = uplink;
        this.sender = sender;
        this.commands = commands;
        this.status = new AtomicReference<>(new Status(config.url(), OFFLINE, ""));
    }

    /**
     * Makes a forwarder; its owner then starts a thread with {@link #run}.
     *
     * @param identity who speaks; its notary is called by the forwarder's thread only
     * @param log called by the forwarder's thread only
     * @param commands takes each command once, on the forwarder's thread; must not block
     * @throws IOException when certificate, key or authority can't be used; the message says why
     */
    public static Forwarder of(
            Identity identity,
            UplinkConfig config,
            SenderLog log,
            Clock clock,
            RandomGenerator random,
            Consumer<Message.Command> commands)
            throws IOException {
        var sockets =
                config.tls()
                        ? new PromptSockets.Tls(UplinkTls.context(config).getSocketFactory())
                        : new PromptSockets.Plain();
        long instance = random.nextLong();
        var uplink =
                new PahoUplink(
                        identity.notary().gateway(), config, sockets, instance, clock, random);
        var settings =
                SenderSettings.defaults(
                        instance, identity.host(), identity.software(), config.bytesPerSecond());
        var sender = new Sender(log, identity.notary(), uplink, clock, settings);
        return new Forwarder(config, uplink, sender, commands);
    }

    /**
     * Who speaks.
     *
     * @param notary its id, its keys, and what is known of the centre
     * @param host name of the machine, for the alarm that names two clones
     * @param software version of the agent
     */
    public record Identity(Notary notary, String host, String software) {}

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
        did |= sender.step();
        for (var command = sender.nextCommand();
                command.isPresent();
                command = sender.nextCommand()) {
            commands.accept(command.get());
        }
        status.set(new Status(config.url(), sender.state(), uplink.trouble()));
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
