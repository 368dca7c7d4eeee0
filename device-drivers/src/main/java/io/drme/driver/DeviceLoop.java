package io.drme.driver;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.TagName;
import io.drme.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns one device: connects, reads on a fixed beat or takes what is pushed, hands batches on, and
 * never gives up.
 *
 * <p><b>Threads.</b> All state belongs to the one virtual thread that calls {@link #run} (or, in a
 * test, {@link #step}). Shared are the bounded queue, {@link #status} and {@link #stop}. When the
 * queue is full the loop waits, polls are skipped and counted, and no sample is overwritten.
 *
 * <p><b>What it hands on.</b> Each poll, and each delivery of a pushed driver, is one batch: one
 * tick. Its group is {@code firstGroup} plus the index of the poll group; its gateway time is 0
 * until the pipeline stamps it. When the device is lost each of its tags gets one bad reading at
 * once, and again only when the reason changes; each further beat is an empty tick with a failed
 * outcome, so that <em>flat</em> can be told from <em>not read</em>. The first bad reading has the
 * time since which there was no value, which is before the loss is known: when the poll began that
 * failed, or when a pushed device was last heard from. Once the device is back all groups are read
 * at once, whatever their interval.
 *
 * <p><b>Pushed drivers</b> make a tick at least once an interval while they are alive. When nothing
 * has been heard of the device for longer than a tag's stale limit, the tag gets one bad reading
 * {@code STALE}; when the silence outlasts all limits and {@link #MOST_SILENCE}, the connection is
 * given up and made anew. A value that just does not change is not stale while the device is known
 * to be alive.
 *
 * <p><b>Failure.</b> It supervises its driver: a mistake in the driver (a runtime exception) counts
 * as a lost device, is logged with its trace once a change of state, and harms no other device.
 */
public final class DeviceLoop implements Runnable {
    /** How long a pushed device may be silent before it is connected anew. */
    public static final Duration MOST_SILENCE = Duration.ofSeconds(30);

    /** How old the last exchange on a status page may be. */
    static final Duration EXCHANGE_REFRESH = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(DeviceLoop.class);

    /** Written by the owner alone; what it holds is read as one by any thread. */
    private volatile Extension present;

    private final Driver driver;
    private final int firstGroup;
    private final ArrayBlockingQueue<Batch> out;
    private final Clock clock;
    private final Beats beats;
    private final BackOff backOff;
    private final Health health;
    private SilenceWatch silence;
    private final AtomicReference<@Nullable Extension> extension = new AtomicReference<>();

    private volatile boolean stopped;
    private volatile @Nullable Thread owner;
    private volatile Pace pace = Pace.USUAL;

    /** What the beats are by. */
    private Pace kept = Pace.USUAL;

    private boolean connected;
    private long retryAtNanos;
    private long askedNanos;
    private @Nullable Reason lost;

    private record Extension(DeviceSpec device, List<PollGroup> groups) {}

    /**
     * Makes a loop; starts nothing.
     *
     * @param groups as the driver was created with; a pushed driver has one
     * @param driver closed when the loop ends
     * @param firstGroup the gateway's number of the device's first poll group, which batches carry
     * @param out where batches go; bounded, shared with other devices or not
     * @param random for the jitter of the back-off
     */
    public DeviceLoop(
            DeviceSpec device,
            List<PollGroup> groups,
            Driver driver,
            int firstGroup,
            ArrayBlockingQueue<Batch> out,
            Clock clock,
            RandomGenerator random) {
        this.present = new Extension(device, List.copyOf(groups));
        this.driver = driver;
        this.firstGroup = firstGroup;
        this.out = out;
        this.clock = clock;
        this.beats = new Beats(present.groups(), clock.nanoTime());
        this.backOff = new BackOff(random);
        this.health = new Health(device, clock);
        this.silence = new SilenceWatch(device, present.groups());
        this.retryAtNanos = clock.nanoTime();
        this.askedNanos = retryAtNanos;
    }

    /** The device as it was configured; from any thread. */
    public DeviceSpec device() {
        return present.device();
    }

    /** How the device does; from any thread. */
    public DeviceStatus status() {
        return health.status();
    }

    /** What passed last about a tag, by its index in the gateway's table; from any thread. */
    public Exchange exchange(int tag) {
        return driver.lastExchange(tag).orElseGet(() -> status().exchange());
    }

    /** Writes to the device; nothing where none of its tags may be written. From any thread. */
    public Optional<Outputs> outputs() {
        return driver.outputs();
    }

    /** The tags that its device told of and that nobody reads yet; from any thread. */
    public List<FoundTag> found() {
        return driver instanceof PushedDriver pushed ? pushed.found() : List.of();
    }

    /** Nothing is read of these tags that the device told of; from any thread. */
    public void giveUp(Collection<TagName> tags) {
        if (driver instanceof PushedDriver pushed) {
            pushed.giveUp(tags);
        }
    }

    /**
     * Has more tags read from the next step on, of a device that pushes; the connection and what is
     * under way are not touched. From any thread. Never blocks.
     *
     * @param more the device with its tags followed by others
     * @param moreGroups likewise
     */
    public void extend(DeviceSpec more, List<PollGroup> moreGroups) {
        extension.set(new Extension(more, List.copyOf(moreGroups)));
    }

    /**
     * Asks more or less of the device from its next poll on: a polled group comes so many times as
     * seldom, but no group so seldom that a tag of it becomes stale by that. A device that tells by
     * itself goes on as it is. Its status tells why. From any thread. Never blocks.
     */
    public void pace(Pace next) {
        pace = next;
    }

    /** Ends the loop soon, also out of a blocked call; from any thread. Never blocks. */
    public void stop() {
        stopped = true;
        var thread = owner;
        if (thread != null) {
            driver.release(thread);
        }
    }

    /** Runs until {@link #stop} or an interrupt, then closes the driver. */
    @Override
    public void run() {
        owner = Thread.currentThread();
        try (driver) {
            while (!stopped) {
                step();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            health.stopped();
            log.info("device={} stopped", present.device().name());
        }
    }

    /**
     * Waits for the next thing to do and does it: one poll of one group, one delivery, or one try
     * to connect.
     *
     * @throws InterruptedException when the owner is asked to stop
     */
    public void step() throws InterruptedException {
        try {
            takeExtension();
            takePace();
            if (connected || connect()) {
                switch (driver) {
                    case PolledDriver polled -> poll(polled);
                    case PushedDriver pushed -> take(pushed);
                }
            }
        } catch (DriverException e) {
            if (stopped) {
                return; // what a stop ends is no loss of the device
            }
            lose(e.reason(), e instanceof DriverException.Refused, e.getMessage());
        } catch (RuntimeException e) {
            health.countBug();
            if (lost == null) {
                log.error(
                        "device={} bug in driver={}",
                        present.device().name(),
                        present.device().driver(),
                        e);
            }
            lose(
                    Reason.COMMS_LOST,
                    false,
                    "a mistake in the driver '%s' (%s); it is started anew, please report it"
                            .formatted(present.device().driver(), e));
        }
    }

    /**
     * When {@link #step} has something to do next, by {@link Clock#nanoTime}: called at that time
     * or later it does not wait for a beat. Belongs to the owner.
     */
    public long dueNanos() {
        if (connected) {
            boolean probing = lost != null && driver instanceof PolledDriver;
            return probing ? clock.nanoTime() : beats.next();
        }
        return lost == null ? retryAtNanos : Math.min(beats.next(), retryAtNanos);
    }

    private void takeExtension() {
        var more = extension.getAndSet(null);
        if (more != null && driver instanceof PushedDriver pushed) {
            present = more;
            silence = silence.extended(more.device(), more.groups());
            pushed.extend(more.device(), more.groups().getFirst());
        }
    }

    private void takePace() {
        var next = pace;
        if (next.equals(kept)) {
            return;
        }
        kept = next;
        if (driver instanceof PolledDriver) {
            for (int group = 0; group < present.groups().size(); group++) {
                beats.stretch(group, times(present.groups().get(group)), clock.nanoTime());
            }
        }
        log.info(
                "device={} pace={} {}",
                present.device().name(),
                next.factor(),
                next.factor() == 1 ? "as configured" : next.why());
    }

    /** So many times as seldom a group may be read that no tag of it becomes stale by that. */
    private long times(PollGroup group) {
        long times = kept.factor();
        for (int tag : group.tags()) {
            long stale = present.device().tags().get(tag).stale().toNanos();
            times = Math.min(times, stale / group.interval().toNanos());
        }
        return Math.max(1, times);
    }

    /** Connects when it is time; until then passes one beat with a failed tick. */
    private boolean connect() throws DriverException, InterruptedException {
        long now = clock.nanoTime();
        if (lost != null && beats.next() < retryAtNanos) {
            waitUntil(beats.next());
            failedTick(beats.dueGroup(), lost);
            return false;
        }
        if (retryAtNanos > now) {
            waitUntil(retryAtNanos);
        }
        askedNanos = clock.nanoTime();
        driver.connect();
        connected = true;
        health.countConnect();
        silence.heard(clock.nanoTime());
        return true;
    }

    /** Polls the group that is due; a device that was lost is not kept waiting for its beat. */
    private void poll(PolledDriver polled) throws DriverException, InterruptedException {
        boolean probing = lost != null;
        if (!probing) {
            waitUntil(beats.next());
        }
        int group = beats.dueGroup();
        var batch = new Batch(present.groups().get(group).tags().size());
        batch.begin(firstGroup + group, 0);
        askedNanos = clock.nanoTime();
        polled.poll(group, batch);
        recovered();
        handOn(batch);
        count(batch);
        if (probing) {
            beats.allDue(clock.nanoTime());
        }
        passBeat(group);
    }

    private void take(PushedDriver pushed) throws DriverException, InterruptedException {
        long now = clock.nanoTime();
        var batch = new Batch();
        batch.begin(firstGroup, 0);
        long until = Math.min(beats.next(), silence.nextDeadline(now));
        boolean alive = taken(pushed, batch, Duration.ofNanos(Math.max(0, until - now)));
        now = clock.nanoTime();
        boolean beat = now >= beats.next();
        if (alive || batch.size() > 0) {
            silence.heard(now);
            recovered();
        } else if (silence.addStale(now, clock.epochNanos(), batch)) {
            batch.failed(Reason.STALE);
            health.silent("nothing heard for longer than the tags' stale limit");
        } else if (silence.isSilent(now)) {
            batch.failed(Reason.STALE);
        } else if (lost != null) {
            batch.failed(lost);
        }
        if (batch.size() > 0 || beat) {
            handOn(batch);
            count(batch);
        }
        if (beat) {
            passBeat(0);
        }
        if (silence.outlastsAll(now)) {
            throw new DriverException.Unreachable(
                    "%s (%s) said nothing for %d s; connecting anew"
                            .formatted(
                                    present.device().name(),
                                    present.device().url(),
                                    silence.lengthNanos(now) / 1_000_000_000),
                    new TimeoutException());
        }
    }

    /**
     * Takes what came; a loss that is noticed in the midst of it does not cost what came before.
     */
    private boolean taken(PushedDriver pushed, Batch batch, Duration wait)
            throws DriverException, InterruptedException {
        try {
            return pushed.take(batch, wait);
        } catch (DriverException e) {
            if (batch.size() > 0) {
                silence.heard(clock.nanoTime());
                recovered();
                handOn(batch);
                count(batch);
            }
            throw e;
        }
    }

    /** The device gave values: from here on the next failure is a new one. */
    private void recovered() {
        backOff.reset();
        if (lost != null) {
            lost = null;
            log.info("device={} back after={}ms", present.device().name(), health.stateMillis());
        }
        var note = driver.note();
        boolean both = !note.isEmpty() && !kept.why().isEmpty();
        health.good(both ? note + "; " + kept.why() : note + kept.why());
    }

    private void lose(Reason reason, boolean refused, String message) throws InterruptedException {
        long valuelessNanos = lost == null ? valuelessSince() : clock.nanoTime();
        connected = false;
        driver.disconnect();
        var pause = backOff.next(refused);
        retryAtNanos = clock.nanoTime() + pause.toNanos();
        if (lost != reason) {
            log.warn(
                    "device={} reason={} next-try-in={}ms {}",
                    present.device().name(),
                    reason.text(),
                    pause.toMillis(),
                    message);
            lost = reason;
            health.lost(refused, message, pause, driver);
            for (int group = 0; group < present.groups().size(); group++) {
                allBad(group, reason, valuelessNanos);
            }
        } else {
            health.lost(refused, message, pause, driver);
            if (beats.next() <= clock.nanoTime()) {
                failedTick(beats.dueGroup(), reason);
            }
        }
    }

    /** Since when there is no value of a device whose loss has just been noticed. */
    private long valuelessSince() {
        return driver instanceof PushedDriver pushed && connected
                ? silence.valuelessSince(pushed.heardNanos(), clock.nanoTime())
                : askedNanos;
    }

    private void allBad(int group, Reason reason, long valuelessNanos) throws InterruptedException {
        var tags = present.groups().get(group).tableIndexes();
        var batch = new Batch(tags.size());
        batch.begin(firstGroup + group, 0);
        batch.failed(reason);
        long since = clock.epochNanos() - Math.max(0, clock.nanoTime() - valuelessNanos);
        for (int tag : tags) {
            batch.addBad(tag, since, reason);
        }
        handOn(batch);
        health.failedPoll(batch);
        if (beats.due(group) <= clock.nanoTime()) {
            passBeat(group);
        }
    }

    private void failedTick(int group, Reason reason) throws InterruptedException {
        var batch = new Batch(1);
        batch.begin(firstGroup + group, 0);
        batch.failed(reason);
        handOn(batch);
        health.failedPoll(batch);
        passBeat(group);
    }

    private void count(Batch batch) {
        if (Quality.isGood(batch.outcome())) {
            health.polled(batch, driver);
        } else {
            health.failedPoll(batch);
        }
    }

    private void passBeat(int group) {
        health.countSlowed(beats.times(group) - 1);
        health.countSkipped(beats.pass(group, clock.nanoTime()));
    }

    private void handOn(Batch batch) throws InterruptedException {
        out.put(batch);
    }

    private void waitUntil(long nanos) throws InterruptedException {
        clock.sleep(Duration.ofNanos(nanos - clock.nanoTime()));
    }

    /** Counts the bad samples of a batch. */
    static int countBad(Batch batch) {
        int bad = 0;
        for (int i = 0; i < batch.size(); i++) {
            bad += Quality.isBad(batch.qualities()[i]) ? 1 : 0;
        }
        return bad;
    }
}
