package io.drme.edge;

import io.drme.config.InvalidConfigException;
import io.drme.driver.DeviceLoop;
import io.drme.driver.DeviceStatus;
import io.drme.driver.Exchange;
import io.drme.edge.acquisition.Restart;
import io.drme.edge.config.GatewayConfig;
import io.drme.edge.config.GatewayConfigReader;
import io.drme.edge.config.LastGood;
import io.drme.edge.owner.Inbox;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.TagTable;
import io.drme.schema.ConfigurationApplied;
import io.drme.schema.TagCatalogue;
import io.drme.stream.Loss;
import io.drme.time.Clock;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns devices and configuration: starts what is configured, reloads so that only what differs is
 * touched, takes back what nobody confirmed, and records how devices do.
 *
 * <p><b>Threads.</b> {@link #run} belongs to the main thread. {@link #apply}, {@link #confirm},
 * {@link #current}, {@link #statuses} are for any other.
 */
final class Supervisor implements AutoCloseable {
    private static final String BEFORE = "the configuration before";
    private static final Duration BEAT = Duration.ofMillis(100);
    private static final long FILE_LOOK_NANOS = Duration.ofMinutes(1).toNanos();
    private static final long LOOK_NANOS = SystemTags.INTERVAL.toNanos();

    /** Bumped whenever the shape of any payload changes; goes into block headers. */
    static final int SCHEMA_VERSION = 1;

    private static final Logger log = LoggerFactory.getLogger(Supervisor.class);

    private final Wiring.Parts parts;
    private final Loading loading;
    private final Devices devices;
    private final Finder finder;
    private final Clock clock;
    private final Inbox<Supervisor> inbox = new Inbox<>("supervisor", this::answerQuestions);
    private final AtomicReference<@Nullable Running> current = new AtomicReference<>();
    private final DeviceStateBook deviceStates = new DeviceStateBook();

    private volatile boolean stopped;
    private volatile boolean reloadAsked;
    private volatile boolean changedNotApplied;
    private long nextFileLook;
    private volatile BooleanSupplier uplinkConnected = () -> false;
    private volatile BooleanSupplier centreStrange = () -> false;
    private volatile TrialEnd trialEnd = (_, _) -> {};
    private @Nullable Trial trial;
    private long nextLook;
    private int systemGroup;

    /** What is needed to load a configuration. */
    record Loading(GatewayConfigReader reader, Layout layout, LastGood lastGood, Path file) {}

    /**
     * The configuration that runs.
     *
     * @param version from 1, one more with each that differs
     * @param table all tags
     * @param entries the tags as the centre is told of them
     * @param broken what is wrong with the file that was asked for at the start; empty otherwise
     */
    record Running(
            GatewayConfig config,
            long version,
            TagTable table,
            List<TagCatalogue.Entry> entries,
            String broken) {}

    /** A configuration that goes back unless somebody confirms it in time. */
    private record Trial(
            GatewayConfig before,
            Set<FoundTags.Line> found,
            long untilNanos,
            boolean uplinkStood) {}

    /** What became of an apply. */
    sealed interface Outcome {
        /** It runs; {@code changes} may be empty, then nothing was touched. */
        record Applied(long version, List<String> changes, boolean onTrial) implements Outcome {}

        /** It does not run, and nothing was touched. */
        record Refused(String why) implements Outcome {}
    }

    Supervisor(Wiring.Parts parts, Loading loading, Devices devices) {
        this.parts = parts;
        this.loading = loading;
        this.devices = devices;
        this.clock = parts.clock();
        this.finder = new Finder(loading.layout(), devices, clock);
        this.nextLook = clock.nanoTime();
        this.nextFileLook = clock.nanoTime() + FILE_LOOK_NANOS;
    }

    /**
     * Begins with the first configuration; devices start here.
     *
     * @param restart what of the state of before goes on
     */
    void begin(Configurations.Choice choice, Layout.Ready ready, Restart restart)
            throws InterruptedException {
        long version = keep(choice.config());
        current.set(
                new Running(
                        choice.config(),
                        version,
                        ready.table(),
                        Catalogue.entries(ready),
                        choice.broken()));
        record(
                choice.config(),
                ready,
                version,
                "start",
                (choice.broken().isEmpty() ? "applied" : "applied: last good") + restart.words());
        runDevices(ready);
        if (!choice.broken().isEmpty()) {
            log.error(
                    "configuration file={} can't be used, running the last good one: {}",
                    loading.file(),
                    choice.broken());
        }
    }

    /**
     * Tells how to see the uplink.
     *
     * @param connected whether it stands; also for the check at the end of a trial
     * @param strange whether the centre shows a key that nothing vouches for
     */
    void watchUplink(BooleanSupplier connected, BooleanSupplier strange) {
        uplinkConnected = connected;
        centreStrange = strange;
    }

    /** Tells who wants to know of the end of trials; from any thread. */
    void watchTrials(TrialEnd end) {
        trialEnd = end;
    }

    /** What runs; from any thread. */
    Running current() {
        var now = current.get();
        if (now == null) {
            throw new IllegalStateException("the supervisor did not begin");
        }
        return now;
    }

    /** The items of {@code /api/v1/tags}; from any thread. */
    List<JsonObject> sources() {
        var now = current();
        return now.entries().stream()
                .map(e -> Catalogue.item(now.config().gateway().id().text(), e))
                .sorted(Comparator.comparing((JsonObject t) -> t.getString("tag")))
                .toList();
    }

    /** How each device does; from any thread. */
    List<DeviceStatus> statuses() {
        return devices.statuses();
    }

    /** The loop of a device; from any thread. */
    Optional<DeviceLoop> loop(String device) {
        return devices.loop(device);
    }

    /** What passed last between a device and us about a tag; from any thread. */
    Optional<Exchange> exchange(String device, int tag) {
        return devices.exchange(device, tag);
    }

    /**
     * Checks a file and runs it; unchanged parts are not touched. From any thread but the owner's.
     *
     * @param confirmWithin zero applies for good; otherwise it goes back unless confirmed in time,
     *     or when the centre was within reach before and is not at the end
     */
    Outcome apply(Path file, String by, Duration confirmWithin) throws InterruptedException {
        return inbox.ask(s -> s.applyNow(file, by, confirmWithin));
    }

    /** What became of a confirmation. */
    enum Confirmation {
        /** It is kept. */
        KEPT,
        /** Nothing is on trial: it was taken back already, or never was. */
        NOTHING_ON_TRIAL,
        /**
         * The centre was within reach before and is not now; unless it comes back in time, back it
         * goes.
         */
        CENTRE_OUT_OF_REACH
    }

    /** Keeps what is on trial. From any thread but the owner's. */
    Confirmation confirm() throws InterruptedException {
        return inbox.ask(Supervisor::confirmNow);
    }

    private Confirmation confirmNow() {
        if (trial == null) {
            return Confirmation.NOTHING_ON_TRIAL;
        }
        if (trial.uplinkStood() && !uplinkConnected.getAsBoolean()) {
            return Confirmation.CENTRE_OUT_OF_REACH;
        }
        trial = null;
        trialEnd.ended(current().version(), true);
        return Confirmation.KEPT;
    }

    /** Ends {@link #run} soon; from any thread. */
    void stop() {
        stopped = true;
    }

    /**
     * Whether the file differs from what runs: somebody saved it and did not apply it. Looked at
     * once a minute; from any thread.
     */
    boolean changedNotApplied() {
        return changedNotApplied;
    }

    /** What is done ten times a second beside the supervisor's own work. */
    interface Beat {
        /** Does it; must not take long. */
        void run() throws InterruptedException;
    }

    /** Has the file read again at the next beat, as SIGHUP asks; from any thread. */
    void reloadSoon() {
        reloadAsked = true;
    }

    /**
     * Supervises until {@link #stop} or an interrupt; {@code beat} is called ten times a second.
     */
    void run(Beat beat) {
        try {
            while (!stopped) {
                step();
                beat.run();
                clock.sleep(BEAT);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Does what is due. */
    void step() throws InterruptedException {
        answerQuestions();
        if (reloadAsked) {
            reloadAsked = false;
            if (applyNow(loading.file(), "SIGHUP", Duration.ZERO)
                    instanceof Outcome.Refused(String why)) {
                log.error("reload refused, what ran goes on: {}", why);
            }
        }
        var pending = trial;
        if (pending != null && clock.nanoTime() - pending.untilNanos() >= 0) {
            trial = null;
            goBack(pending, "not confirmed in time");
        }
        if (clock.nanoTime() - nextLook >= 0) {
            nextLook = clock.nanoTime() + LOOK_NANOS;
            lookAtFile();
            for (var change : devices.pace(parts.acquisition().engine().paces())) {
                parts.recorder().record(change);
            }
            takeFound();
            recordDeviceStates();
            parts.alarmBook().recordFloods(parts.recorder());
            feedSystemTags();
        }
    }

    /** Answers those who wait; from then on the thread that calls it is the owner. */
    void answerQuestions() {
        inbox.answerAll(this);
    }

    private Outcome applyNow(Path file, String by, Duration confirmWithin) {
        try {
            var next = loading.reader().read(file);
            return run(next, file.toString(), by, confirmWithin);
        } catch (InvalidConfigException e) {
            return new Outcome.Refused(String.valueOf(e.getMessage()));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Outcome.Refused("the gateway is stopping");
        }
    }

    private Outcome run(GatewayConfig next, String file, String by, Duration confirmWithin)
            throws InvalidConfigException, InterruptedException {
        var before = current();
        var changes = Changes.between(before.config(), next);
        if (changes.none()) {
            current.set(
                    new Running(
                            before.config(),
                            before.version(),
                            before.table(),
                            before.entries(),
                            ""));
            return new Outcome.Applied(before.version(), List.of(), false);
        }
        if (!changes.needsRestart().isEmpty()) {
            return new Outcome.Refused(
                    "'%s' can't change while the agent runs; save the file and restart the agent"
                            .formatted(String.join("', '", changes.needsRestart())));
        }
        var ready = loading.layout().admit(next, file);
        boolean uplinkStood = uplinkConnected.getAsBoolean();
        switchTo(next, ready, by, "applied");
        if (confirmWithin.isPositive()) {
            trial =
                    new Trial(
                            before.config(),
                            loading.layout().found().kept(),
                            clock.nanoTime() + confirmWithin.toNanos(),
                            uplinkStood);
        }
        return new Outcome.Applied(
                current().version(), changes.lines(), confirmWithin.isPositive());
    }

    private void goBack(Trial pending, String why) throws InterruptedException {
        long version = current().version();
        try {
            var ready = placeAgain(pending);
            switchTo(pending.before(), ready, "agent", "rolled-back: " + why);
        } catch (InvalidConfigException | IllegalArgumentException e) {
            log.error("can't go back, what was on trial goes on: {}", e.getMessage());
        } finally {
            trialEnd.ended(version, false); // nobody confirmed it, so no restart may bring it
        }
    }

    private Layout.Ready placeAgain(Trial pending) throws InvalidConfigException {
        var layout = loading.layout();
        try {
            return layout.place(pending.before(), BEFORE);
        } catch (InvalidConfigException | IllegalArgumentException e) {
            log.warn(
                    "tags found while on trial don't fit {}, they are dropped: {}",
                    BEFORE,
                    e.getMessage());
            layout.found().reset(pending.found());
            return layout.placeAnyway(pending.before(), BEFORE);
        }
    }

    private void switchTo(GatewayConfig next, Layout.Ready ready, String by, String result)
            throws InterruptedException {
        devices.stopOthers(ready.devices());
        var losses = parts.acquisition().ask(owner -> owner.change(ready.plan()));
        runDevices(ready);
        long version = keep(next);
        current.set(new Running(next, version, ready.table(), Catalogue.entries(ready), ""));
        var lost = losses.stream().map(Loss::text).toList();
        lost.forEach(line -> log.warn("after the change: {}", line));
        record(next, ready, version, by, result + Restart.words(lost));
    }

    /** Devices told of new tags: they run as after a reload, and nothing else is touched. */
    private void takeFound() throws InterruptedException {
        var running = current();
        var extended = finder.look(running.config(), trial != null);
        if (extended.isEmpty()) {
            return;
        }
        var ready = extended.get().ready();
        long version = keep(running.config());
        current.set(
                new Running(
                        running.config(),
                        version,
                        ready.table(),
                        Catalogue.entries(ready),
                        running.broken()));
        // On record before the first sample of them can be.
        record(running.config(), ready, version, "agent", "tags found: " + extended.get().count());
        var _ = parts.acquisition().ask(owner -> owner.change(ready.plan()));
        runDevices(ready);
    }

    private void runDevices(Layout.Ready ready) throws InterruptedException {
        devices.run(ready.devices());
        systemGroup = ready.devices().getLast().firstGroup();
    }

    private long keep(GatewayConfig config) {
        try {
            return loading.lastGood().keep(config.source());
        } catch (IOException e) {
            log.error(
                    "can't write {}: {}; the agent runs, but can't fall back to this configuration",
                    loading.lastGood().file(),
                    e.getMessage());
            return current.get() == null ? 1 : current().version() + 1;
        }
    }

    private void record(
            GatewayConfig config, Layout.Ready ready, long version, String by, String result)
            throws InterruptedException {
        parts.recorder()
                .ask(store -> {
                    store.describe(SCHEMA_VERSION, version);
                    return true;
                });
        parts.recorder()
                .record(new ConfigurationApplied(version, config.source().hash(), by, result));
        for (var part : TagCatalogue.parts(version, Catalogue.entries(ready))) {
            parts.recorder().record(part);
        }
        log.info(
                "configuration version={} devices={} tags={} by={} {}",
                version,
                config.devices().size(),
                ready.table().size(),
                by,
                result);
    }

    private void lookAtFile() {
        if (clock.nanoTime() - nextFileLook < 0) {
            return;
        }
        nextFileLook = clock.nanoTime() + FILE_LOOK_NANOS;
        try {
            var saved = loading.reader().read(loading.file());
            changedNotApplied = !saved.source().hash().equals(current().config().source().hash());
        } catch (InvalidConfigException _) {
            changedNotApplied = current().broken().isEmpty();
        }
    }

    private void recordDeviceStates() throws InterruptedException {
        for (var change : deviceStates.changes(devices.statuses())) {
            parts.recorder().record(change);
        }
    }

    private void feedSystemTags() throws InterruptedException {
        var running = current();
        var tick = new Batch(4);
        tick.begin(systemGroup, 0);
        long now = clock.epochNanos();
        var table = running.table();
        table.indexOf(SystemTags.CONFIGURATION_BROKEN)
                .ifPresent(i -> tick.addBoolean(i, now, !running.broken().isEmpty(), Quality.GOOD));
        table.indexOf(SystemTags.UPLINK_CONNECTED)
                .ifPresent(
                        i -> tick.addBoolean(i, now, uplinkConnected.getAsBoolean(), Quality.GOOD));
        table.indexOf(SystemTags.CENTRE_STRANGE)
                .ifPresent(
                        i -> tick.addBoolean(i, now, centreStrange.getAsBoolean(), Quality.GOOD));
        table.indexOf(SystemTags.STORE_FAILING)
                .ifPresent(
                        i -> tick.addBoolean(i, now, parts.recorder().isFailing(), Quality.GOOD));
        parts.in().put(tick);
    }

    /** Stops the devices; what they delivered is still in the queue. */
    @Override
    public void close() {
        stopped = true;
        inbox.close();
        devices.close();
    }
}
