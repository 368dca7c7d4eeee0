package io.drme.simulation;

import io.drme.cloud.store.DatabaseException;
import io.drme.log.SmallStore;
import io.drme.log.StoreConfig;
import io.drme.model.GatewayId;
import io.drme.testing.ManualClock;
import io.drme.testing.SimulatedNetwork;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Several gateways, their lines and a centre on one thread in virtual time. A seed decides what the
 * devices say and every fault; what must hold is checked at each step, and what must come once all
 * is mended is waited for in virtual time.
 *
 * <p>Real are: device loops, conditioning, pipelines, alarms, recorder, journal, log, block format,
 * supervisor, sender, receiver and the centre's database with its accounts and history. Simulated
 * are: sockets to devices, disk, line, clock, and that a process is killed.
 */
public final class World implements AutoCloseable {
    static final long PLENTY_BYTES = 64 << 20;
    private static final int MOST_AT_ONCE = 20;
    private static final Duration LONGEST_BEAT = Duration.ofMillis(500);
    private static final Duration HEALED_BEAT = Duration.ofMillis(100);

    final Random random;
    final ManualClock clock = new ManualClock();
    final Trace trace;
    final SimulatedNetwork network;
    final SimulatedCentre centre;
    final NodeClock centreClock;
    final List<Box> boxes = new ArrayList<>();
    final Map<GatewayId, Book> books = new LinkedHashMap<>();
    final Path directory;
    private final WorldSize size;
    private final PlantedBug bug;
    private final AtomicLong serials = new AtomicLong();
    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private final Faults faults;
    private final People people;
    private long taskOrder;
    double quota;

    /** Something that is due at a time. */
    private record Task(long atNanos, long order, Step work) implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            return atNanos != other.atNanos
                    ? Long.compare(atNanos, other.atNanos)
                    : Long.compare(order, other.order);
        }
    }

    /** Something that a world does. */
    @FunctionalInterface
    interface Step {
        /** Does it. */
        void run() throws InterruptedException, DatabaseException;
    }

    /**
     * Makes a world.
     *
     * @param directory for the centre's database and the gateways' configurations; deleted by
     *     {@link #close}
     * @param out takes the whole trace, where there is one
     */
    public World(Simulation.Setting setting, Path directory, @Nullable PrintWriter out)
            throws DatabaseException {
        this.random = new Random(setting.seed() * 1_000_003);
        this.size = setting.size();
        this.bug = setting.bug();
        this.directory = directory;
        this.trace = new Trace(clock, out);
        this.network = new SimulatedNetwork(new Random(random.nextLong()), clock);
        this.centreClock = new NodeClock(clock);
        this.centre =
                new SimulatedCentre(
                        directory.resolve("centre"),
                        centreClock,
                        network,
                        trace,
                        new CentreModel(books),
                        bug::around);
        int count =
                size.fewestGateways + random.nextInt(size.mostGateways - size.fewestGateways + 1);
        for (int i = 0; i < count; i++) {
            var gateway = new GatewayId("g" + i);
            books.put(gateway, new Book(gateway));
            boxes.add(box(gateway.text(), gateway, storeConfig()));
        }
        this.faults = new Faults(this);
        this.people = new People(this, setting.seed() * 7_919);
    }

    /** The mistake that is planted in it. */
    PlantedBug bug() {
        return bug;
    }

    /** Two in three have all the room they want. */
    private StoreConfig storeConfig() {
        boolean isSmall = random.nextInt(3) == 0;
        return new StoreConfig(
                StoreConfig.DEFAULT_DIRECTORY,
                isSmall ? SmallStore.LEAST_BYTES + random.nextInt(256 << 10) : PLENTY_BYTES,
                random.nextBoolean() ? Duration.ofMinutes(1) : StoreConfig.DEFAULT_KEEP,
                Duration.ofSeconds(1),
                Duration.ofSeconds(10),
                random.nextInt(3) == 0
                        ? StoreConfig.WhenFull.STOP
                        : StoreConfig.WhenFull.DROP_OLDEST);
    }

    /** A machine that is on; it has a line of its own. */
    Box box(String name, GatewayId gateway, StoreConfig config) {
        var own = new NodeClock(clock);
        own.jump(Duration.ofNanos(random.nextLong(2_000_000_000L) - 1_000_000_000L));
        var line = network.line(name, gateway);
        network.mend(name);
        return new Box(
                name,
                book(gateway),
                new Box.Parts(
                        own,
                        new Plant(new Random(random.nextLong()), own, serials),
                        line,
                        new Random(random.nextLong()),
                        config),
                new Box.Scene(
                        directory,
                        trace,
                        bug,
                        (stream, all) -> centre.model().believed(stream, all)));
    }

    /** How often each kind of fault struck. */
    Map<Faults.Kind, Integer> struck() {
        return faults.struck();
    }

    Book book(GatewayId gateway) {
        var book = books.get(gateway);
        if (book == null) {
            throw new IllegalStateException("there is no gateway " + gateway);
        }
        return book;
    }

    /** Has something done after a while. */
    void after(Duration time, Step work) {
        tasks.add(new Task(clock.nanoTime() + time.toNanos(), taskOrder++, work));
    }

    // ---- the run

    /**
     * Runs the whole of it.
     *
     * @throws BrokenInvariant at the first thing that does not hold
     */
    public void run() {
        try {
            for (int beat = 0; beat < size.beats; beat++) {
                clock.advance(Duration.ofNanos(1 + random.nextLong(LONGEST_BEAT.toNanos())));
                faults.maybe();
                people.maybe();
                step();
            }
            heal();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (DatabaseException e) {
            throw new IllegalStateException("the centre's database failed for real", e);
        }
    }

    void step() throws InterruptedException, DatabaseException {
        while (!tasks.isEmpty() && tasks.peek().atNanos() <= clock.nanoTime()) {
            tasks.remove().work().run();
        }
        for (var box : List.copyOf(boxes)) {
            box.step();
        }
        centre.step();
        deliver();
    }

    private void deliver() throws DatabaseException {
        var arrived = network.take(1 + random.nextInt(MOST_AT_ONCE));
        while (!arrived.isEmpty()) {
            if (quota > 0) {
                arrived =
                        arrived.stream()
                                .filter(a -> {
                                    boolean isRefused = random.nextDouble() < quota;
                                    if (isRefused) {
                                        centre.refuse(a, random.nextInt(3_000));
                                    }
                                    return !isRefused;
                                })
                                .toList();
            }
            centre.take(arrived);
            arrived = network.take(1 + random.nextInt(MOST_AT_ONCE));
        }
    }

    /** Mends everything, and waits for what must come then. */
    private void heal() throws InterruptedException, DatabaseException {
        trace.say("everything is mended");
        tasks.clear();
        faults.heal();
        var end = new EndCheck(this);
        long until = clock.nanoTime() + EndCheck.WITHIN.toNanos();
        while (clock.nanoTime() < until) {
            clock.advance(HEALED_BEAT);
            step();
        }
        end.check();
        trace.say("all is well");
    }

    /** Equal for two runs in which everything was equal. */
    public String digest() {
        return trace.digest();
    }

    /** The newest lines of what happened. */
    public List<String> newest(int lines) {
        return trace.newest(lines);
    }

    /** What happened, in numbers, to see that a world is not an idle one. */
    public String figures() {
        long accepted = books.values().stream().mapToLong(b -> b.samples().size()).sum();
        long transitions = books.values().stream().mapToLong(b -> b.transitions().size()).sum();
        return "gateways=%d accepted=%d transitions=%d starts=%d receipts=%d reports=%d clones=%d acts=%d %s"
                .formatted(
                        boxes.size(),
                        accepted,
                        transitions,
                        boxes.stream().mapToInt(b -> b.starts).sum(),
                        centre.receipts,
                        centre.reports,
                        centre.clones,
                        centre.acts().count(),
                        faults.struck());
    }

    /** Closes the database and deletes what was written. */
    @Override
    public void close() throws DatabaseException {
        boxes.forEach(Box::end);
        centre.close();
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("deleting " + directory, e);
        }
    }
}
