package io.drme.edge;

import io.drme.config.InvalidConfigException;
import io.drme.edge.acquisition.Acquisition;
import io.drme.edge.acquisition.Restart;
import io.drme.edge.config.GatewayConfig;
import io.drme.edge.config.GatewayConfigReader;
import io.drme.edge.config.LastGood;
import io.drme.edge.recording.AlarmBook;
import io.drme.edge.recording.Recorder;
import io.drme.edge.state.StateFiles;
import io.drme.edge.web.AgentWeb;
import io.drme.edge.web.GatewayParts;
import io.drme.log.DiskException;
import io.drme.log.FileDisk;
import io.drme.log.Store;
import io.drme.log.StoreSetup;
import io.drme.model.StreamKind;
import io.drme.schema.GatewayLife;
import io.drme.time.Clock;
import io.drme.web.CannotListenException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running gateway: everything wired by hand.
 *
 * <p><b>Threads.</b> The pipeline and the store have a platform thread each, every device a virtual
 * one; {@link Supervisor} owns devices and configuration. What the web's threads may use is said at
 * each method.
 */
final class Agent implements AutoCloseable {
    /** Of this release; also in hello and at {@code --version}. */
    static final String VERSION =
            Optional.ofNullable(Agent.class.getPackage().getImplementationVersion())
                    .orElse("development");

    private static final Duration JOIN_WITHIN = Duration.ofSeconds(3);
    private static final Duration DRAIN_WITHIN = Duration.ofMillis(1_500);
    private static final Duration DRAIN_LOOK = Duration.ofMillis(20);
    private static final Duration LAST_STATUS = Duration.ofMillis(300);
    private static final Logger log = LoggerFactory.getLogger(Agent.class);

    private final Clock clock;
    private final Path directory;
    private final Path file;
    private final Acquisition acquisition;
    private final Recorder recorder;
    private final Supervisor supervisor;
    private final AlarmBook alarmBook;
    private final long bootCount;
    private final Thread pipelineThread;
    private final Thread storeThread;
    private final Restart restart;
    private final StateDesk states;
    private final WriteDesk writes;
    private final NotificationDesk notifications;
    private volatile @Nullable UplinkDesk uplink;

    private Agent(Wiring.Parts parts, Supervisor supervisor, Path file, Restart restart) {
        this.restart = restart;
        this.clock = parts.clock();
        this.directory = parts.directory();
        this.file = file;
        this.acquisition = parts.acquisition();
        this.recorder = parts.recorder();
        this.alarmBook = parts.alarmBook();
        this.bootCount = parts.bootCount();
        this.supervisor = supervisor;
        this.states = new StateDesk(directory, clock, acquisition, recorder);
        this.writes = new WriteDesk(clock, acquisition, recorder, supervisor::loop);
        this.notifications = new NotificationDesk(parts, supervisor::loop);
        this.pipelineThread = Thread.ofPlatform().name("pipeline").unstarted(acquisition);
        this.storeThread = Thread.ofPlatform().name("store").unstarted(recorder);
    }

    /**
     * Starts a gateway.
     *
     * @param file the configuration; where it can't be used the last good one runs
     * @param data overrides {@code store.directory}
     * @throws InvalidConfigException where there is nothing to start with
     * @throws DiskException where the data directory can't be used
     */
    static Agent start(Path file, Optional<Path> data, Clock clock)
            throws InvalidConfigException, DiskException, IOException, InterruptedException {
        var reader = new GatewayConfigReader(SystemTags.device().tags());
        // Where nobody names a data directory, the file has to be readable to find it.
        var lastGood = data.map(LastGood::new);
        if (data.isPresent()) {
            takeBackTrial(data.get());
        }
        var choice =
                lastGood.isPresent()
                        ? Configurations.choose(reader, file, lastGood.get())
                        : new Configurations.Choice(reader.read(file), "");
        var directory = data.orElse(choice.config().store().directory()).toAbsolutePath();
        if (data.isEmpty() && takeBackTrial(directory)) {
            choice = new Configurations.Choice(reader.read(file), "");
        }
        var layout = new Layout(reader.factories(), FoundTags.read(reader.factories(), directory));
        var store =
                Store.open(
                        new StoreSetup(
                                new FileDisk(directory),
                                choice.config().store().in(directory),
                                choice.config().gateway().id(),
                                clock,
                                new SecureRandom()));
        var wiring =
                Wiring.of(
                        new Wiring.Place(choice.config(), directory, file, layout, clock),
                        store,
                        new StateFiles(directory)::load);
        var parts = wiring.parts();
        var ready = wiring.ready();
        var devices = Devices.threaded(reader.factories(), directory, parts.in(), clock);
        var supervisor =
                new Supervisor(
                        parts,
                        new Supervisor.Loading(reader, layout, new LastGood(directory), file),
                        devices);
        var agent = new Agent(parts, supervisor, file, wiring.restart());
        agent.storeThread.start();
        agent.pipelineThread.start();
        agent.states.start();
        agent.notifications.begin(choice.config(), ready.table());
        supervisor.begin(choice, ready, wiring.restart());
        agent.startUplink(choice.config(), parts);
        return agent;
    }

    /**
     * A device that nobody confirmed before the end of the last run does not come in by a start.
     */
    private static boolean takeBackTrial(Path directory) throws IOException {
        boolean tookBack = new DeviceFiles(directory).restore();
        if (tookBack) {
            log.warn("a device of the page was on trial when the agent ended, it is taken back");
        }
        return tookBack;
    }

    private void startUplink(GatewayConfig config, Wiring.Parts parts) throws IOException {
        if (config.uplink().isPresent()) {
            var desk = UplinkDesk.start(config.uplink().get(), config.gateway().id(), parts);
            desk.describe(config.source().hash());
            uplink = desk;
            supervisor.watchUplink(desk::isConnected, desk::isCentreStrange);
        }
    }

    /** What the supervisor does at each beat beside its own work. */
    void beat(AgentWeb web) throws InterruptedException {
        web.step();
        states.step();
        writes.step();
        notifications.follow(supervisor.current());
        var desk = uplink;
        if (desk != null) {
            desk.step();
        }
    }

    /** A gateway that keeps to itself. */
    private enum NoUplink implements GatewayParts.Uplink {
        NONE;

        @Override
        public JsonObject status() {
            return new JsonObject().put("connected", false).put("phase", "none");
        }

        @Override
        public JsonObject trust() {
            return new JsonObject().put("receipts", new JsonArray());
        }

        @Override
        public boolean acceptCentreKey(String id, String by) {
            return false;
        }
    }

    /** The supervisor, to run on the main thread. */
    Supervisor supervisor() {
        return supervisor;
    }

    /** The store's owner. */
    Recorder recorder() {
        return recorder;
    }

    /** Starts page, REST and live feed. */
    AgentWeb startWeb() throws CannotListenException, IOException, InterruptedException {
        var config = supervisor.current().config();
        var parts =
                new GatewayParts(
                        config.gateway().id().text(),
                        clock,
                        acquisition,
                        restart,
                        recorder,
                        alarmBook,
                        supervisor::statuses,
                        supervisor::exchange,
                        supervisor::sources,
                        new WebControl(supervisor),
                        new WebCommission(supervisor, file, directory),
                        writes,
                        notifications,
                        uplink == null ? NoUplink.NONE : uplink);
        return AgentWeb.start(config.web(), directory, parts, VERSION);
    }

    /** Where everything lies. */
    Path directory() {
        return directory;
    }

    /**
     * Ends everything in the order of the stream: what was set for a time, devices, pipeline,
     * store. Within 5 s.
     */
    @Override
    public void close() {
        notifications.close();
        writes.close();
        supervisor.close();
        acquisition.stop();
        join(pipelineThread);
        states.close();
        recordEnd();
        drain();
        recorder.stop();
        join(storeThread);
        log.info("stopped");
    }

    private void recordEnd() {
        try {
            recorder.record(new GatewayLife("stopped", bootCount, clock.epochNanos(), VERSION));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (IllegalStateException _) {
            log.warn("the store ended first; the next start takes it for a crash");
        }
    }

    /**
     * Gives the line a moment to take what is sealed now; what it does not take goes after the next
     * start.
     */
    private void drain() {
        var desk = uplink;
        if (desk == null) {
            return;
        }
        try {
            recorder.sealAll();
            long until = clock.nanoTime() + DRAIN_WITHIN.toNanos();
            while (desk.isConnected() && isPending() && clock.nanoTime() - until < 0) {
                clock.sleep(DRAIN_LOOK);
            }
            desk.reportSoon();
            clock.sleep(desk.isConnected() ? LAST_STATUS : Duration.ZERO);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        desk.close();
    }

    private boolean isPending() {
        var view = recorder.view();
        return Stream.of(StreamKind.DATA, StreamKind.EVENTS)
                .anyMatch(s -> !view.held(s).minus(view.acknowledged(s)).isEmpty());
    }

    private static void join(Thread thread) {
        try {
            if (!thread.join(JOIN_WITHIN)) {
                log.warn(
                        "thread={} did not end within {} s",
                        thread.getName(),
                        JOIN_WITHIN.toSeconds());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
