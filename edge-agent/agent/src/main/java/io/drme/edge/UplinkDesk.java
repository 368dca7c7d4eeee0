package io.drme.edge;

import io.drme.alarm.Answer;
import io.drme.alarm.CentreActs;
import io.drme.config.Quantities;
import io.drme.edge.acquisition.Acquisition;
import io.drme.edge.acquisition.LatestSnapshot;
import io.drme.edge.recording.CommandsDone;
import io.drme.edge.recording.Recorder;
import io.drme.edge.recording.RecorderLog;
import io.drme.edge.uplink.Forwarder;
import io.drme.edge.uplink.NotaryFiles;
import io.drme.edge.uplink.UplinkConfig;
import io.drme.edge.web.GatewayParts;
import io.drme.model.GatewayId;
import io.drme.model.SyncMode;
import io.drme.model.ValueType;
import io.drme.schema.Audit;
import io.drme.schema.CommandResult;
import io.drme.sync.Backfill;
import io.drme.sync.Flow;
import io.drme.sync.LiveValue;
import io.drme.sync.Message;
import io.drme.sync.Refills;
import io.drme.sync.Sender;
import io.drme.sync.Traffic;
import io.drme.web.Times;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The line to the centre as the rest of the agent uses it: a thread for the forwarder, live values
 * offered to it, and commands from the centre carried out.
 *
 * <p>{@link #step} belongs to the supervisor's thread; {@link #isConnected} and {@link #status} are
 * for any.
 */
final class UplinkDesk implements GatewayParts.Uplink, AutoCloseable {
    private static final int COMMANDS_WAITING = 256;
    private static final double MILLIS_A_SECOND = 1e3;
    private static final String DONE = "done";
    private static final String REFUSED = "refused";
    private static final Duration JOIN_WITHIN = Duration.ofSeconds(1);
    private static final Logger log = LoggerFactory.getLogger(UplinkDesk.class);

    private final Forwarder forwarder;
    private final NotaryFiles notary;
    private final Thread thread;
    private final Waiting waiting;
    private final Map<String, BeingSent> beingSent = new HashMap<>();
    private final Acquisition acquisition;
    private final Recorder recorder;
    private long offeredVersion;

    private record BeingSent(Message.Command command, SentAgain found) {}

    /** What the forwarder hands over, and {@link #step} looks at. */
    private record Waiting(
            ArrayBlockingQueue<Message.Command> commands,
            ArrayBlockingQueue<Refills.Refilled> sentAgain)
            implements Forwarder.Orders {
        @Override
        public boolean take(Message.Command command) {
            return commands.offer(command);
        }

        @Override
        public void sentAgain(Refills.Refilled done) {
            if (!sentAgain.offer(done)) {
                log.warn("command={} result left out: too many wait", done.command());
            }
        }
    }

    private UplinkDesk(
            Forwarder forwarder, NotaryFiles notary, Waiting waiting, Wiring.Parts parts) {
        this.forwarder = forwarder;
        this.notary = notary;
        this.waiting = waiting;
        this.acquisition = parts.acquisition();
        this.recorder = parts.recorder();
        this.thread = Thread.ofPlatform().name("uplink").unstarted(forwarder);
    }

    /**
     * Opens the line and keeps it open.
     *
     * @throws IOException when certificate, key or authority can't be used
     */
    static UplinkDesk start(UplinkConfig config, GatewayId gateway, Wiring.Parts parts)
            throws IOException {
        var notary =
                NotaryFiles.open(parts.directory(), gateway, parts.clock(), new SecureRandom());
        var waiting =
                new Waiting(
                        new ArrayBlockingQueue<>(COMMANDS_WAITING),
                        new ArrayBlockingQueue<>(COMMANDS_WAITING));
        var forwarder =
                Forwarder.of(
                        new Forwarder.Identity(notary, host(), Agent.VERSION),
                        config,
                        new RecorderLog(parts.recorder(), parts.bootCount()),
                        parts.clock(),
                        new SecureRandom(),
                        waiting);
        forwarder.commandsDone(parts.commandsDone().notExpired(parts.clock().epochNanos()));
        var desk = new UplinkDesk(forwarder, notary, waiting, parts);
        parts.recorder().whenGrown(forwarder::wake);
        desk.thread.start();
        return desk;
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException _) {
            return "unknown";
        }
    }

    /** Whether items go to the centre now. */
    boolean isConnected() {
        return forwarder.status().sender().phase() == Sender.Phase.SENDING;
    }

    /** Has the final counters told before the line is closed. */
    void reportSoon() {
        forwarder.reportSoon();
    }

    /** Tells what runs. */
    void describe(String configurationHash) {
        forwarder.describe(configurationHash, Integer.toString(Supervisor.SCHEMA_VERSION));
    }

    /** How long the backlog still takes, as in 12.5s; null where that is not known yet. */
    private static @Nullable String drain(long millis) {
        return millis < 0 ? null : String.format(Locale.ROOT, "%.1fs", millis / 1e3);
    }

    /** Whether the centre shows a key that nothing vouches for. */
    boolean isCentreStrange() {
        return notary.view().stranger() != null;
    }

    @Override
    public JsonObject trust() {
        var now = notary.view();
        var receipts = new JsonArray();
        for (var receipt : new TreeMap<>(now.receipts()).values()) {
            receipts.add(
                    new JsonObject()
                            .put("stream", receipt.stream().text())
                            .put("epoch", receipt.epoch().toString())
                            .put("through", receipt.ranges().getLast().to())
                            .put("hash", receipt.ranges().getLast().hash().toString())
                            .put("at", Times.text(receipt.cloudTimeNanos()))
                            .put("key", receipt.seal().keyId().orElse(null))
                            .put("verified", true));
        }
        return new JsonObject()
                .put("gatewayKey", notary.key().verifyKey().toString())
                .put("gatewayKeyId", notary.key().verifyKey().id())
                .put("centreKey", now.centre() == null ? null : now.centre().toString())
                .put("centreKeyId", now.centre() == null ? null : now.centre().id())
                .put("refusedKeyId", now.stranger() == null ? null : now.stranger().id())
                .put("unverified", forwarder.status().sender().unverified())
                .put("receipts", receipts);
    }

    @Override
    public boolean acceptCentreKey(String id, String by) throws InterruptedException {
        if (!notary.accept(id)) {
            return false;
        }
        recorder.record(new Audit(by, "centre-key.accept", id, ""));
        return true;
    }

    @Override
    public JsonObject status() {
        var now = forwarder.status();
        var pending = new JsonObject();
        now.sender().pendingItems().forEach((stream, items) -> pending.put(stream.text(), items));
        return new JsonObject()
                .put("url", now.url())
                .put("connected", isConnected())
                .put("phase", now.sender().phase().name().toLowerCase(Locale.ROOT))
                .put("trouble", now.trouble().isEmpty() ? now.sender().detail() : now.trouble())
                .put("pending", pending)
                .put("resent", now.sender().resent())
                .put("timeToDrain", drain(now.sender().drainMillis()))
                .put("traffic", traffic(now.sender().traffic()))
                .put("trust", trust());
    }

    /** Of each sort of traffic what went, its limit in bit/s, and whether and how long it waits. */
    private static JsonArray traffic(Map<Traffic, Flow> flows) {
        var items = new JsonArray();
        flows.forEach((traffic, flow) ->
                items.add(
                        new JsonObject()
                                .put("stream", traffic.text())
                                .put("sentBytes", flow.bytes())
                                .put("limit", flow.limit() == 0 ? null : flow.limit() * Byte.SIZE)
                                .put("waits", flow.waits())
                                .put("waitedSeconds", flow.waitedMillis() / MILLIS_A_SECOND)));
        return items;
    }

    /** Offers what changed since the last call, and carries out what the centre asked for. */
    void step() throws InterruptedException {
        var now = acquisition.latest();
        offer(now, offeredVersion, forwarder::offerLive);
        offeredVersion = now.version();
        for (var next = waiting.commands().poll(); next != null; next = waiting.commands().poll()) {
            carryOut(next);
        }
        for (var done = waiting.sentAgain().poll();
                done != null;
                done = waiting.sentAgain().poll()) {
            finish(done);
        }
    }

    /** Hands on what may leave the site and changed since a version of the snapshot. */
    static void offer(LatestSnapshot now, long since, Consumer<LiveValue> to) {
        for (int i = 0; now.version() != since && i < now.table().size(); i++) {
            if (now.changedAt(i) > since && now.table().get(i).sync() instanceof SyncMode.Raw) {
                to.accept(live(now, i));
            }
        }
    }

    private static LiveValue live(LatestSnapshot now, int index) {
        var tag = now.table().get(index);
        var text = tag.type() == ValueType.TEXT ? now.text(index) : null;
        return new LiveValue(
                tag.name(),
                tag.type(),
                now.bits(index),
                text == null ? "" : text,
                now.quality(index),
                now.sourceTime(index),
                now.gatewayTime(index));
    }

    private void carryOut(Message.Command command) throws InterruptedException {
        switch (command.verb()) {
            case "acknowledge", "shelve", "unshelve", "reset", "comment" -> {
                var trouble = act(command);
                finish(command, trouble.isEmpty() ? DONE : REFUSED, trouble);
            }
            case Backfill.VERB -> backfill(command);
            default ->
                    finish(
                            command,
                            REFUSED,
                            "the verb '%s' is not known to this release".formatted(command.verb()));
        }
    }

    private void finish(Message.Command command, String result, String detail)
            throws InterruptedException {
        recorder.record(
                new CommandResult(command.id(), command.verb(), result, detail),
                Map.of(CommandsDone.EXPIRES, Long.toString(command.expiresAtNanos())));
    }

    /** Sends again what the log still has of a span; the result follows once it is receipted. */
    private void backfill(Message.Command command) throws InterruptedException {
        var asked = Backfill.of(command);
        var view = recorder.view();
        if (asked.isEmpty()) {
            finish(command, REFUSED, "its arguments are not understood by this release");
            return;
        }
        if (!asked.get().epoch().equals(view.epoch())) {
            finish(command, REFUSED, "the gateway opened a new epoch since; ask again");
            return;
        }
        var found = SentAgain.of(asked.get(), view);
        recorder.record(
                new Audit(
                        command.issuer(),
                        Backfill.VERB,
                        "%s to %s"
                                .formatted(
                                        Times.text(asked.get().fromNanos()),
                                        Times.text(asked.get().toNanos())),
                        asked.get().again() ? "again" : "lacking"));
        if (found.items().isEmpty()) {
            finish(command, DONE, found.detail(new Refills.Refilled("", 0, 0, 0, "")));
        } else if (forwarder.sendAgain(command.id(), found.items())) {
            beingSent.put(command.id(), new BeingSent(command, found));
        } else {
            finish(command, REFUSED, "too many requests at once; ask again");
        }
    }

    private void finish(Refills.Refilled done) throws InterruptedException {
        var sent = beingSent.remove(done.command());
        if (sent != null) {
            finish(
                    sent.command(),
                    done.trouble().isEmpty() ? DONE : REFUSED,
                    sent.found().detail(done));
        }
    }

    /** Empty when it is done or was so already. */
    private String act(Message.Command command) throws InterruptedException {
        var shelving = Quantities.duration(command.arguments().getOrDefault("for", "0s"));
        if (shelving.isEmpty()) {
            return "'for' is no time";
        }
        Optional<Answer> answer =
                acquisition.askDurably(owner ->
                        owner.alarms()
                                .centreActs()
                                .carryOut(
                                        new CentreActs.Act(
                                                command.verb(),
                                                command.issuer(),
                                                command.arguments(),
                                                shelving.get(),
                                                command.issuedAtNanos(),
                                                owner.now()),
                                        owner::sink));
        return switch (answer.orElse(new Answer.Refused("the disk did not take it in time"))) {
            case Answer.Done _, Answer.AlreadySo _ -> "";
            case Answer.NoSuchAlarm(String alarm) -> "there is no occurrence " + alarm;
            case Answer.Refused(String why) -> why;
        };
    }

    @Override
    public void close() {
        forwarder.close();
        try {
            if (!thread.join(JOIN_WITHIN)) {
                thread.interrupt();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        notary.close();
    }
}
