package io.drme.simulation;

import static io.drme.simulation.BrokenInvariant.require;

import io.drme.config.InvalidConfigException;
import io.drme.edge.SteppedAgent;
import io.drme.edge.acquisition.Recording;
import io.drme.edge.recording.AlarmBook.Occurrence;
import io.drme.edge.state.OperatorState;
import io.drme.log.DiskException;
import io.drme.log.SmallStore;
import io.drme.log.Store;
import io.drme.log.StoreConfig;
import io.drme.log.StoreSetup;
import io.drme.log.StoreView;
import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.sync.LineBudget;
import io.drme.sync.RangeSet;
import io.drme.sync.SenderLog;
import io.drme.sync.SenderSettings;
import io.drme.sync.StreamId;
import io.drme.sync.Uplink;
import io.drme.testing.CheapSignatures;
import io.drme.testing.MemoryNotary;
import io.drme.testing.SimulatedDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One machine that is a gateway: its disk, clock, devices, and the agent while it runs. Dies as
 * machines do and starts again.
 */
final class Box implements SteppedAgent.Watcher {
    private static final long RETRY_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long KEEP_STATE_NANOS = Duration.ofSeconds(30).toNanos();

    final String name;
    final Book book;
    final NodeClock clock;
    final Plant plant;
    final Uplink line;
    private final MemoryNotary notary;
    private final Scene scene;
    private final Random random;
    private final StoreConfig config;
    SimulatedDisk disk;
    private Ledger ledger;
    private Optional<OperatorState> kept = Optional.empty();
    private @Nullable SteppedAgent agent;
    private @Nullable Store store;
    private long upAtNanos;
    private long keepAtNanos;
    private int variant;
    private boolean isKill;
    int starts;

    /**
     * What a machine is put into.
     *
     * @param directory where the world keeps files
     * @param believed hears what the machine holds for acknowledged
     */
    record Scene(
            Path directory, Trace trace, PlantedBug bug, BiConsumer<StreamId, RangeSet> believed) {
        /** What the disk seam does not carry: the last good configuration. */
        Path of(String machine) {
            try {
                return Files.createDirectories(directory.resolve(machine));
            } catch (IOException e) {
                throw new UncheckedIOException("a directory for " + machine, e);
            }
        }
    }

    /** What a machine is made of. */
    record Parts(NodeClock clock, Plant plant, Uplink line, Random random, StoreConfig config) {}

    /** A copy of the data directory, as a backup or another machine gets it. */
    record Image(SimulatedDisk disk, Ledger ledger, Optional<OperatorState> kept, long ordinal) {}

    Box(String name, Book book, Parts parts, Scene scene) {
        this.name = name;
        this.book = book;
        this.clock = parts.clock();
        this.plant = parts.plant();
        this.line = parts.line();
        // Copies of a data directory have its key, so each of a gateway's boxes has the same.
        this.notary =
                new MemoryNotary(
                        book.gateway,
                        CheapSignatures.CHEAP,
                        new Random(book.gateway.text().hashCode()));
        this.random = parts.random();
        this.config = parts.config();
        this.scene = scene;
        this.disk = new SimulatedDisk(random);
        this.ledger = new Ledger(book, name);
        this.upAtNanos = clock.nanoTime();
    }

    StoreConfig config() {
        return config;
    }

    /** Whether the store may fill up without any fault. */
    boolean isSmall() {
        return config.maxSizeBytes() < World.PLENTY_BYTES;
    }

    Ledger ledger() {
        return ledger;
    }

    boolean isUp() {
        return agent != null;
    }

    Optional<SteppedAgent> agent() {
        return Optional.ofNullable(agent);
    }

    // ---- life

    /** Does what is due: starts where it is time, or has the agent do its work. */
    void step() throws InterruptedException {
        try {
            var running = agent;
            if (running != null) {
                running.step();
                keepState(running);
            } else if (clock.nanoTime() >= upAtNanos) {
                start();
            }
        } catch (SimulatedDisk.PowerCut _) {
            fell();
        }
    }

    private void start() throws InterruptedException {
        try {
            var opened =
                    SmallStore.open(
                            new StoreSetup(
                                    scene.bug().around(disk), config, book.gateway, clock, random));
            store = opened;
            starts++;
            ledger.recovered(opened.view());
            scene.trace()
                    .say(
                            "%s starts: epoch %s, start %d, %s",
                            name, opened.epoch(), opened.bootCount(), opened.view().counters());
            agent =
                    SteppedAgent.start(
                            new SteppedAgent.Setup(
                                    scene.of(name),
                                    file(),
                                    clock,
                                    random,
                                    opened,
                                    Map.of(plant.name(), plant),
                                    () -> kept,
                                    notary,
                                    line,
                                    SenderSettings.defaults(
                                            random.nextLong(), name, "simulation", LineBudget.NONE),
                                    this::watched,
                                    recording -> scene.bug().around(recording, clock)),
                            this);
            keepAtNanos = clock.nanoTime() + KEEP_STATE_NANOS;
        } catch (DiskException e) {
            scene.trace().say("%s can't start: %s", name, e.getMessage());
            upAtNanos = clock.nanoTime() + RETRY_NANOS;
        } catch (InvalidConfigException e) {
            throw new IllegalStateException("a configuration of the world is wrong", e);
        }
    }

    private Path file() {
        return PlantConfigs.file(scene.directory(), book.gateway.text(), variant);
    }

    private void keepState(SteppedAgent running) throws InterruptedException {
        if (clock.nanoTime() >= keepAtNanos) {
            keepAtNanos = clock.nanoTime() + KEEP_STATE_NANOS;
            var state = running.state();
            kept = state.isPresent() ? state : kept;
        }
    }

    /** The sender's log, with eyes on the change of epochs. */
    private SenderLog watched(SenderLog real) {
        return new WatchedLog(scene.bug().around(real), this::epochOpened);
    }

    private void epochOpened(EpochId before, EpochId now) {
        var opened = store;
        if (opened != null && !now.equals(before)) {
            scene.trace().say("%s opens epoch %s in place of %s", name, now, before);
            ledger.epochOpened(opened.view());
        }
    }

    // ---- what the agent does

    @Override
    public void handedOn(Recording recording, boolean isTaken) {
        ledger.handedOn(recording, isTaken);
    }

    @Override
    public void looked(StoreView view) {
        if (ledger.looked(view)) {
            for (var kind : List.of(StreamKind.DATA, StreamKind.EVENTS)) {
                scene.believed()
                        .accept(
                                new StreamId(book.gateway, view.epoch(), kind),
                                view.acknowledged(kind));
            }
        }
    }

    @Override
    public void told(List<Occurrence> changed) {
        for (var occurrence : changed) {
            scene.trace().say("%s tells %s", name, Ledger.key(occurrence.last().payload()));
        }
        ledger.told(changed);
    }

    // ---- faults

    /** Falls in the middle of one of the next operations on the disk. */
    void fallSoon(int operations, boolean kill) {
        isKill = kill;
        disk.cutPowerAfter(operations);
    }

    /** Falls now. */
    void fall(boolean kill) {
        isKill = kill;
        fell();
    }

    private void fell() {
        scene.trace().say("%s %s", name, isKill ? "is killed" : "loses power");
        var fallen = disk;
        disk = isKill ? disk.afterKill() : disk.afterPowerCut();
        abandon(fallen);
        upAtNanos = clock.nanoTime() + Duration.ofMillis(200 + random.nextInt(15_000)).toNanos();
    }

    /** Frees what a process has outside of the heap; its disk takes nothing more. */
    private void abandon(SimulatedDisk fallen) {
        var open = store;
        agent = null;
        store = null;
        if (open != null) {
            try {
                fallen.afterKill();
                open.close();
            } catch (SimulatedDisk.PowerCut _) {
                // The disk is dead, so nothing was written.
            }
        }
    }

    /** Ends in order and starts again soon. */
    void stop() throws InterruptedException {
        var running = agent;
        if (running == null) {
            return;
        }
        try {
            scene.trace().say("%s is stopped", name);
            var state = running.stop();
            kept = state.isPresent() ? state : kept;
            agent = null;
            store = null;
            upAtNanos = clock.nanoTime() + Duration.ofMillis(random.nextInt(5_000)).toNanos();
        } catch (SimulatedDisk.PowerCut _) {
            fell();
        }
    }

    /** Another configuration: applied at once where the agent runs. */
    void configure(int newVariant) throws InterruptedException {
        variant = newVariant;
        var running = agent;
        if (running != null) {
            try {
                var outcome = running.apply(file());
                scene.trace().say("%s applies configuration %d: %s", name, variant, outcome);
                require(outcome.equals("Applied"), "%s refuses its configuration", name);
            } catch (SimulatedDisk.PowerCut _) {
                fell();
            }
        }
    }

    /** Somebody acknowledges an alarm. */
    void acknowledge() throws InterruptedException {
        var running = agent;
        if (running == null) {
            return;
        }
        var open = running.occurrences();
        if (!open.isEmpty()) {
            var id = open.get(random.nextInt(open.size())).last().id();
            try {
                scene.trace().say("%s acknowledges %s: %s", name, id, running.acknowledge(id));
            } catch (SimulatedDisk.PowerCut _) {
                fell();
            }
        }
    }

    /** The data directory as it is now. */
    Image image() {
        return new Image(disk.snapshot(), ledger.copy(name), kept, book.ordinal());
    }

    /** The data directory goes back to an image; the agent, if it ran, was stopped by it. */
    void restore(Image image) {
        var fallen = disk;
        disk = image.disk().snapshot();
        abandon(fallen);
        ledger = image.ledger().copy(name);
        ledger.goesItsOwnWay();
        kept = image.kept();
        upAtNanos = clock.nanoTime() + Duration.ofMillis(random.nextInt(10_000)).toNanos();
    }

    /** The date is set by somebody or something, or starts at 1970 with the next start. */
    void date(Duration jump) {
        scene.trace().say("the clock of %s jumps by %s", name, jump);
        clock.jump(jump);
    }

    /** The disk is full but for a little. */
    void fill(long leftBytes) {
        scene.trace().say("the disk of %s is full but for %d bytes", name, leftBytes);
        disk.capacity(disk.usedBytes() + leftBytes);
    }

    /** Nothing on this machine fails any more, and it is up at once. */
    void heal() {
        disk.cutPowerAfter(Long.MAX_VALUE);
        healDisk();
        plant.heal();
        upAtNanos = Math.min(upAtNanos, clock.nanoTime());
    }

    /** Nobody steps it any more. */
    void end() {
        abandon(disk);
    }

    /** The disk has room and does what it is told. */
    void healDisk() {
        disk.failWith(0);
        disk.capacity(Long.MAX_VALUE);
        disk.beforeSync(() -> {});
    }
}
