package io.drme.edge;

import io.drme.alarm.Answer;
import io.drme.edge.acquisition.Acquisition;
import io.drme.edge.acquisition.LatestSnapshot;
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
import io.drme.sync.LiveValue;
import io.drme.sync.Message;
import io.drme.sync.Sender;
import io.drme.web.Times;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Consumer;
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
    private static final Duration JOIN_WITHIN = Duration.ofSeconds(1);
    private static final Logger log = LoggerFactory.getLogger(UplinkDesk.class);

    private final Forwarder forwarder;
    private final NotaryFiles notary;
    private final Thread thread;
    private final ArrayBlockingQueue<Message.Command> commands;
    private final Acquisition acquisition;
    private final Recorder recorder;
    private long offeredVersion;

    private UplinkDesk(
            Forwarder forwarder,
            NotaryFiles notary,
            ArrayBlockingQueue<Message.Command> commands,
            Wiring.Parts parts) {
        this.forwarder = forwarder;
        this.notary = notary;
        this.commands = commands;
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
        var commands = new ArrayBlockingQueue<Message.Command>(COMMANDS_WAITING);
        var forwarder =
                Forwarder.of(
                        new Forwarder.Identity(notary, host(), Agent.VERSION),
                        config,
                        new RecorderLog(parts.recorder(), parts.bootCount()),
                        parts.clock(),
                        new SecureRandom(),
                        command -> {
                            if (!commands.offer(command)) {
                                log.warn(
                                        "command={} verb={} left out: {} wait already",
                                        command.id(),
                                        command.verb(),
                                        COMMANDS_WAITING);
                            }
                        });
        var desk = new UplinkDesk(forwarder, notary, commands, parts);
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
                .put("trust", trust());
    }

    /** Offers what changed since the last call, and carries out what the centre asked for. */
    void step() throws InterruptedException {
        var now = acquisition.latest();
        offer(now, offeredVersion, forwarder::offerLive);
        offeredVersion = now.version();
        for (var command = commands.poll(); command != null; command = commands.poll()) {
            carryOut(command);
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
        var result =
                switch (command.verb()) {
                    case "acknowledge" -> acknowledge(command);
                    default ->
                            "refused: the verb '%s' is not known to this release"
                                    .formatted(command.verb());
                };
        boolean done = result.isEmpty();
        recorder.record(
                new CommandResult(command.id(), command.verb(), done ? "done" : "refused", result));
    }

    /** Empty when it is done or was so already. */
    private String acknowledge(Message.Command command) throws InterruptedException {
        var id = command.arguments().getOrDefault("id", "");
        var comment = command.arguments().getOrDefault("comment", "");
        Optional<Answer> answer =
                acquisition.askDurably(owner ->
                        owner.alarms()
                                .acknowledge(
                                        id, command.issuer(), comment, owner.now(), owner::sink));
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
