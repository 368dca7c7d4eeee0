package io.drme.edge.notify;

import io.drme.alarm.Transition;
import io.drme.edge.notify.NotificationConfig.Email;
import io.drme.edge.notify.NotificationConfig.Output;
import io.drme.edge.notify.NotificationConfig.Webhook;
import io.drme.edge.owner.Inbox;
import io.drme.edge.recording.AlarmBook;
import io.drme.edge.recording.Recorder;
import io.drme.edge.state.DurableFile;
import io.drme.log.EventItem;
import io.drme.model.StreamKind;
import io.drme.model.TagName;
import io.drme.schema.AlarmTransition;
import io.drme.schema.Audit;
import io.drme.schema.BadEventException;
import io.drme.schema.EventSchema;
import io.drme.schema.Payloads;
import io.drme.time.Clock;
import io.drme.web.Times;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The notifications of a running gateway: a thread that steps {@link Deliverer} and {@link
 * Signal}s, and what people ask of them.
 *
 * <p><b>Threads.</b> A platform thread of its own, as it writes files; what blocks on the network
 * or a device has a virtual thread. All public methods are for any thread. Nothing that passes a
 * sample waits for it.
 */
public final class Notifications implements AutoCloseable {
    /** The file in the data directory with where the deliverer stands and what waits. */
    public static final String FILE = "notifications.json";

    private static final Duration BEAT = Duration.ofMillis(100);
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final Duration JOIN_WITHIN = Duration.ofSeconds(2);
    private static final Logger log = LoggerFactory.getLogger(Notifications.class);

    private final Place place;
    private final Couriers couriers;
    private final Deliverer deliverer;
    private final Inbox<Notifications> inbox = new Inbox<>("notifications", this::answer);
    private final Signals signals;
    private final MailProgress mailProgress = new MailProgress();
    private final Thread thread;
    private volatile List<NotificationConfig> configured;
    private volatile String mistake = "";
    private volatile boolean stopped;

    /**
     * What they work with.
     *
     * @param gateway its id
     * @param site may be empty
     * @param directory where {@link #FILE} lies
     * @param recorder whose log is the source
     * @param alarmBook what stands now
     * @param switches the outputs
     */
    public record Place(
            Clock clock,
            String gateway,
            String site,
            Path directory,
            Recorder recorder,
            AlarmBook alarmBook,
            Switches switches) {}

    private Notifications(Place place, List<NotificationConfig> configured) {
        this.place = place;
        this.configured = configured;
        this.couriers = new Couriers(place.clock(), this::channel);
        this.deliverer =
                new Deliverer(place.clock(), new Logged(), couriers, new Shelf(), new Random());
        this.signals =
                new Signals(
                        place,
                        couriers,
                        (receiver, what) -> record("agent", "notification.output", receiver, what));
        this.thread = Thread.ofPlatform().name("notifications").unstarted(this::run);
    }

    /**
     * Starts them.
     *
     * @param configured as the file has them
     * @param facts what is known of tags
     */
    public static Notifications start(
            Place place,
            List<NotificationConfig> configured,
            Function<TagName, Optional<TagFacts>> facts) {
        var all = new Notifications(place, configured);
        all.deliverer.begin(configured, facts);
        all.signals.configure(configured, facts, all.deliverer.aside());
        all.thread.start();
        return all;
    }

    /**
     * Follows a reload; what waits for receivers that stay is kept.
     *
     * @throws IllegalStateException where that does not work
     */
    public void configure(List<NotificationConfig> now, Function<TagName, Optional<TagFacts>> facts)
            throws InterruptedException {
        var mistakes =
                inbox.ask(me -> {
                    try {
                        me.configured = now;
                        me.deliverer.configure(now, facts);
                        me.signals.configure(now, facts, me.deliverer.aside());
                        return Optional.<RuntimeException>empty();
                    } catch (RuntimeException e) {
                        return Optional.of(e); // so that who asked gets an answer
                    }
                });
        if (mistakes.isPresent()) {
            throw new IllegalStateException("notifications don't follow", mistakes.get());
        }
    }

    private void run() {
        try {
            while (!stopped) {
                if (!stepSafely()) {
                    place.clock().sleep(mistake.isEmpty() ? BEAT : PAUSE);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            inbox.answerAll(this);
            inbox.close();
            couriers.close();
            deliverer.close();
        }
    }

    /** Whatever is wrong with one step, the next alarm is to be told. */
    private boolean stepSafely() {
        try {
            boolean more = step();
            mistake = "";
            return more;
        } catch (RuntimeException e) {
            log.error(
                    "notifications stop for {} s by a mistake of the agent", PAUSE.toSeconds(), e);
            mistake = "a mistake of the agent: " + e;
            return false;
        }
    }

    private boolean step() {
        answer();
        boolean more = deliverer.step();
        signals.step();
        return more;
    }

    private void answer() {
        inbox.answerAll(this);
    }

    private void record(String who, String what, String target, String detail) {
        try {
            place.recorder().record(new Audit(who, what, target, detail));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (IllegalStateException _) {
            log.warn("notification event={} target={} not recorded: {}", what, target, detail);
        }
    }

    static JsonObject head(NotificationConfig config) {
        return new JsonObject()
                .put("name", config.name())
                .put("kind", config.way().kind())
                .put("to", config.way().target());
    }

    /** Every receiver with its state and figures, in the order of the file. */
    public List<JsonObject> receivers() {
        var byName = new LinkedHashMap<String, JsonObject>();
        configured.forEach(c -> byName.put(c.name(), head(c)));
        signals.shown().forEach(o -> byName.put(o.getString("name"), o));
        deliverer.receivers().forEach(v -> byName.put(v.config().name(), json(v)));
        var why = mistake;
        if (!why.isEmpty()) {
            byName.values().forEach(r -> r.put("state", "failing").put("lastError", why));
        }
        return List.copyOf(byName.values());
    }

    private static JsonObject json(Deliverer.View view) {
        var f = view.figures();
        boolean isFailing = f.attempts() > 0 && !f.lastError().isEmpty();
        return head(view.config())
                .put("state", isFailing ? "failing" : f.waiting() > 0 ? "waiting" : "idle")
                .put("waiting", f.waiting())
                .put("sent", f.sent())
                .put("failed", f.failed())
                .put("expired", f.expired())
                .put("refused", f.refused())
                .put("lastSent", view.lastSent() == 0 ? null : Times.text(view.lastSent()))
                .put("lastError", f.lastError().isEmpty() ? null : f.lastError())
                .put(
                        "lastErrorTime",
                        f.lastError().isEmpty()
                                ? null
                                : Times.text(view.wallOffset() + f.lastErrorAt()))
                .put("nextTry", isFailing ? Times.text(view.wallOffset() + f.nextTry()) : null);
    }

    /** How many events were gone from the log before they were told, since the start. */
    public long unread() {
        return deliverer.unread();
    }

    /** What is on its way to a receiver, and what ended lately; nothing where there is none. */
    public Optional<List<JsonObject>> deliveries(String receiver) {
        if (configured.stream().noneMatch(c -> c.name().equals(receiver))) {
            return Optional.empty();
        }
        var deliveries = new ArrayList<JsonObject>();
        for (var view : deliverer.receivers()) {
            if (view.config().name().equals(receiver)) {
                view.deliveries().forEach(d -> deliveries.add(d.json(receiver)));
            }
        }
        return Optional.of(List.copyOf(deliveries));
    }

    /**
     * Sends a test message, past what waits, and tells what happened. Blocks for a minute at most.
     *
     * @return {@code ok}, {@code said} and {@code hint}; nothing where there is no such receiver
     */
    public Optional<JsonObject> test(String receiver, String by) throws InterruptedException {
        var config = configured.stream().filter(c -> c.name().equals(receiver)).findFirst();
        if (config.isEmpty()) {
            return Optional.empty();
        }
        var outcome =
                config.get().way() instanceof Output output
                        ? testOutput(output)
                        : Couriers.within(
                                Couriers.LIMIT,
                                "test " + receiver,
                                () -> {
                                    var message = Message.test(place.clock().epochNanos());
                                    return channel(config.get())
                                            .send(message, message.id("test", receiver));
                                });
        var result = new JsonObject().put("receiver", receiver);
        switch (outcome) {
            case Outcome.Sent s -> result.put("ok", true).put("said", s.said()).put("hint", "");
            case Outcome.Failed f ->
                    result.put("ok", false).put("said", f.why()).put("hint", f.hint());
            case Outcome.Refused r ->
                    result.put("ok", false).put("said", r.why()).put("hint", r.hint());
        }
        record(
                by,
                "notification.test",
                receiver,
                (result.getBoolean("ok") ? "sent: " : "failed: ") + result.getString("said"));
        return Optional.of(result);
    }

    /** On for a second; then the signal takes over again. */
    private Outcome testOutput(Output output) throws InterruptedException {
        var on = signals.set(output.tag(), true);
        if (!(on instanceof Outcome.Sent)) {
            return on;
        }
        try {
            place.clock().sleep(Duration.ofSeconds(1));
        } finally {
            var _ = signals.set(output.tag(), false);
            var _ =
                    inbox.ask(me -> {
                        me.signals.forget(output);
                        return true;
                    });
        }
        return new Outcome.Sent(output.tag().text() + " was on for 1 s");
    }

    /**
     * Silences a horn: what sounds now is silent, the next alarm sounds again.
     *
     * @return how many alarms it was silenced for; nothing where it is no output
     */
    public Optional<Integer> silence(String receiver, String by) throws InterruptedException {
        var silenced = inbox.ask(me -> me.silenceNow(receiver));
        silenced.ifPresent(
                n -> record(by, "notification.silence", receiver, n + " alarms no longer sound"));
        return silenced;
    }

    private Optional<Integer> silenceNow(String receiver) {
        var silenced = signals.silence(receiver);
        if (silenced.isPresent()) {
            deliverer.keep(signals.json());
        }
        return silenced;
    }

    private Channel channel(String receiver) {
        return configured.stream()
                .filter(c -> c.name().equals(receiver))
                .findFirst()
                .map(this::channel)
                .orElseThrow(() -> new IllegalStateException("no receiver " + receiver));
    }

    /** Each class is loaded only when it is used. */
    private Channel channel(NotificationConfig config) {
        var words = new Words(place.gateway(), place.site());
        var clock = place.clock();
        var secrets = new SecretText(place.directory());
        return switch (config.way()) {
            case Webhook webhook -> new WebhookChannel(config, webhook, words, clock, secrets);
            case Email email -> new MailChannel(config, email, words, clock, secrets, mailProgress);
            case Output _ -> throw new IllegalStateException("an output gets no messages");
        };
    }

    /** Ends it: what is under way is broken off, what waits is on disk. */
    @Override
    public void close() {
        stopped = true; // no interrupt: it would break a file that is being written
        try {
            if (!thread.join(JOIN_WITHIN)) {
                log.warn("thread={} did not end in time", thread.getName());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** The log of this gateway. */
    private final class Logged implements Events {
        @Override
        public String epoch() {
            return place.recorder().view().epoch().toString();
        }

        @Override
        public long last() {
            return place.recorder().view().last(StreamKind.EVENTS);
        }

        @Override
        public Found read(long sequence) {
            var bytes = place.recorder().view().read(StreamKind.EVENTS, sequence);
            var item = bytes.flatMap(EventItem::decode);
            if (item.isEmpty()) {
                return new Found.Gone();
            }
            if (item.get().event().schemaId() != EventSchema.ALARM_TRANSITION.id()) {
                return new Found.Other();
            }
            return transition(item.get()).<Found>map(Found.Told::new).orElseGet(Found.Gone::new);
        }

        private static Optional<Transition> transition(EventItem item) {
            try {
                return Payloads.of(item.event()) instanceof AlarmTransition t
                        ? Transition.of(t)
                        : Optional.empty();
            } catch (BadEventException _) {
                return Optional.empty();
            }
        }
    }

    /** The file in the data directory, and the gateway's events. */
    private final class Shelf implements Ledger {
        @Override
        public Optional<String> load() throws IOException {
            var file = place.directory().resolve(FILE);
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            try {
                return Optional.of(Files.readString(file));
            } catch (IOException e) {
                Files.move(
                        file,
                        file.resolveSibling(FILE + ".damaged"),
                        StandardCopyOption.REPLACE_EXISTING);
                throw e;
            }
        }

        @Override
        public void save(String text) throws IOException {
            DurableFile.replace(place.directory(), FILE, text);
        }

        @Override
        public void record(String receiver, String what) {
            Notifications.this.record("agent", "notification.dropped", receiver, what);
        }
    }
}
