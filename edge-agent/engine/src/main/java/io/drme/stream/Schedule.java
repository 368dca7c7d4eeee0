package io.drme.stream;

import io.drme.model.Batch;
import io.drme.time.Clock;
import io.drme.time.Hlc;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Shares one thread's time among pipelines. While its owner keeps up, every pipeline runs over each
 * batch at once. When batches wait for the owner, pipelines together get no more than the engine's
 * part of the processor: first those whose bound is near and who have not had more than their
 * share, then all in turn by weight. What does not run waits, and runs later.
 *
 * <p><b>Results are the same</b> as if nothing had waited, only later: each pipeline makes its
 * passes (batches and ticks) in their order and with the gateway time of each, and none before all
 * that it reads from have made the same pass. So a snapshot is only taken once nothing waits.
 *
 * <p><b>Nothing is dropped.</b> A pipeline for which more waits than it has room for runs in any
 * case, and the owner falls behind; {@link #loads} then tells whom to ask for less.
 *
 * <p>Confined to the owner's thread, as {@link Pipelines} is. While nothing waits it allocates
 * nothing a sample.
 */
public final class Schedule {
    /** Passes that may wait; at 1,000 batches a second a quarter of a minute. */
    static final int MOST_PASSES = 16_384;

    /** Results that one call gives at most, but for those that have no more room to wait. */
    static final int MOST_RESULTS = 2_048;

    /** And characters of text: the store takes 2 MiB at once. */
    static final int MOST_CHARACTERS = 256 * 1024;

    /** Room that each pipeline has, however little is left. */
    private static final long LEAST_ROOM_BYTES = Share.LEAST_MEMORY_BYTES;

    /** The most time that can be saved up, or owed: what a batch may be kept waiting for. */
    private static final long MOST_CREDIT_NANOS = 50_000_000;

    /** How often bounds are looked at. */
    private static final long LOOK_NANOS = 1_000_000;

    /** A bound is near when this part of it is left. */
    private static final int NEAR = 4;

    private Pipelines pipelines;
    private EngineBudget budget;
    private final Clock clock;
    private final Links links;
    private final Station[] stations;
    private final Passes passes = new Passes();
    private final Turns turns;
    private final Costs costs;

    /** Those that have something to do. */
    private final BitSet pending = new BitSet();

    /** Of each pipeline, the pass that it has to make next. */
    private final long[] next;

    /** The same, or an earlier one that something may still come of from above. */
    private final long[] frontier;

    private final long[] withinNanos;
    private long[] roomBytes;
    private final long[] deferred;
    private final long[] overdue;
    private final long[] forced;

    /** Of the last look: what each had done by then. */
    private final long[] samplesAtLook;

    private final long[] busyAtLook;
    private long lookedNanos;

    private long creditNanos;
    private long creditedNanos;
    private long boundsAtNanos;

    /** Of the texts among the results of this call. */
    private long characters;

    /** Schedules pipelines; nothing waits yet. */
    public Schedule(Pipelines pipelines, EngineBudget budget, Clock clock) {
        this.pipelines = pipelines;
        this.budget = budget;
        this.clock = clock;
        var all = pipelines.list();
        int count = all.size();
        this.links = new Links(all, pipelines.routes());
        this.turns = new Turns(all.stream().mapToInt(p -> p.share().weight()).toArray());
        this.costs = new Costs(clock, count);
        this.stations = new Station[count];
        this.next = new long[count];
        this.frontier = new long[count];
        this.withinNanos = new long[count];
        this.roomBytes = rooms(all, budget.memoryBytes());
        this.deferred = new long[count];
        this.overdue = new long[count];
        this.forced = new long[count];
        this.samplesAtLook = new long[count];
        this.busyAtLook = new long[count];
        for (int i = count - 1; i >= 0; i--) {
            stations[i] = new Station(all.get(i), links.above(i));
            next[i] = Waiting.NONE;
            frontier[i] = Waiting.NONE;
            withinNanos[i] = all.get(i).share().within().toNanos();
            for (int reader : links.dependents(i)) {
                withinNanos[i] = Math.min(withinNanos[i], withinNanos[reader]);
            }
        }
        this.creditedNanos = clock.nanoTime();
        this.lookedNanos = creditedNanos;
    }

    /** What waits may take of each: what its state leaves of its memory, or a part by weight. */
    private static long[] rooms(List<Pipeline> pipelines, long memoryBytes) {
        long left = memoryBytes;
        long weights = 0;
        for (var p : pipelines) {
            left -= p.share().memoryBytes().orElse(p.stateBytes());
            weights += p.share().memoryBytes().isPresent() ? 0 : p.share().weight();
        }
        var rooms = new long[pipelines.size()];
        for (int i = 0; i < rooms.length; i++) {
            var p = pipelines.get(i);
            var own = p.share().memoryBytes();
            rooms[i] =
                    own.isPresent()
                            ? own.get() - p.stateBytes()
                            : left * p.share().weight() / Math.max(1, weights);
            rooms[i] = Math.max(rooms[i], LEAST_ROOM_BYTES);
        }
        return rooms;
    }

    /** What it schedules; not to be given samples, ticks or a snapshot while something waits. */
    public Pipelines pipelines() {
        return pipelines;
    }

    /**
     * Goes on with other tags and another budget where the pipelines stay what they are: what waits
     * for them waits on, and who had more than its share still has.
     *
     * @return false where a pipeline differs; nothing changes then, and a new schedule is needed
     */
    public boolean goOnWith(Pipelines next, EngineBudget nextBudget) {
        if (!next.takeOver(pipelines)) {
            return false;
        }
        pipelines = next;
        budget = nextBudget;
        roomBytes = rooms(next.list(), nextBudget.memoryBytes());
        return true;
    }

    /** Whether some pipeline has still something to do. */
    public boolean isWaiting() {
        return !pending.isEmpty();
    }

    /**
     * Takes a batch to the pipelines; as {@link Pipelines#process}, but that results may come with
     * a later call.
     *
     * @param behind whether more than this waits for the owner; asked again between runs
     */
    public void process(Batch in, Batch derived, BooleanSupplier behind) {
        if (pending.isEmpty() && !behind.getAsBoolean()) {
            costs.begin();
            pipelines.process(in, derived, costs);
            return;
        }
        long pass = begin(Hlc.epochNanos(in.gatewayTime()), false);
        distribute(in, 0, pass, Waiting.NONE);
        follow();
        serve(derived, behind);
    }

    /** Says that gateway time has reached {@code nowNanos}; as {@link Pipelines#tick}. */
    public void tick(long nowNanos, Batch derived, BooleanSupplier behind) {
        if (pending.isEmpty() && !behind.getAsBoolean()) {
            costs.begin();
            pipelines.tick(nowNanos, derived, costs);
            return;
        }
        begin(nowNanos, true);
        pending.set(0, stations.length);
        follow();
        serve(derived, behind);
    }

    /**
     * Goes on with what waits, as far as may be now, or to the end where the owner is not behind;
     * with so many results that is more than one call: ask {@link #isWaiting}.
     */
    public void goOn(Batch derived, BooleanSupplier behind) {
        if (!pending.isEmpty()) {
            serve(derived, behind);
        }
    }

    /** About how long what waits will take, by what a sample cost so far; ticks not counted. */
    public long backlogNanos() {
        double nanos = 0;
        for (int i = pending.nextSetBit(0); i >= 0; i = pending.nextSetBit(i + 1)) {
            nanos += stations[i].waiting() * costs.nanosASample(i);
        }
        return (long) nanos;
    }

    private long begin(long now, boolean isTick) {
        long arrived = clock.nanoTime();
        if (pending.isEmpty()) {
            for (var station : stations) {
                station.beginAt(passes.nextTick());
            }
        }
        return isTick ? passes.addTick(now, arrived) : passes.add(now, arrived);
    }

    /** Has samples wait for those that read them; {@code from} is who gave them, if a pipeline. */
    private void distribute(Batch samples, int begin, long pass, long from) {
        var tags = samples.tags();
        var routes = pipelines.routes();
        var places = routes.places();
        var begins = routes.begins();
        int last = begins.length - 1;
        for (int i = begin; i < samples.size(); i++) {
            int tag = tags[i];
            int end = tag < last ? begins[tag + 1] : 0;
            for (int at = tag < last ? begins[tag] : 0; at < end; at += Routes.WIDTH) {
                var station = stations[places[at]];
                var queue = from == Waiting.NONE ? station.ofDevices() : station.of((int) from);
                queue.add(pass, places[at + 1], places[at + 2], samples, i);
                pending.set(places[at]);
            }
        }
    }

    /** Brings up to date how far each is. */
    private void follow() {
        for (int i = 0; i < stations.length; i++) {
            follow(i);
        }
    }

    private void follow(int pipeline) {
        next[pipeline] = stations[pipeline].next(passes);
        pending.set(pipeline, next[pipeline] != Waiting.NONE);
        long earliest = next[pipeline];
        for (int above : links.above(pipeline)) {
            earliest = Math.min(earliest, frontier[above]);
        }
        frontier[pipeline] = earliest;
    }

    /** Whether all that it reads from have made the pass that it is to make next. */
    private boolean isReady(int pipeline) {
        for (int above : links.above(pipeline)) {
            if (frontier[above] <= next[pipeline]) {
                return false;
            }
        }
        return true;
    }

    private void serve(Batch derived, BooleanSupplier behind) {
        credit();
        costs.begin();
        characters = 0;
        makeRoom(derived);
        keepBounds(derived);
        while (!pending.isEmpty()
                && hasRoom(derived)
                && !(creditNanos < 0 && behind.getAsBoolean())) {
            if (costs.since() - boundsAtNanos >= LOOK_NANOS) {
                keepBounds(derived);
            } else {
                run(turns.next(pending, this::isReady), derived);
            }
        }
        if (pending.isEmpty()) {
            passes.forgetBefore(passes.last() + 1);
            turns.forgive();
        } else {
            forget();
        }
    }

    private boolean hasRoom(Batch derived) {
        return derived.size() < MOST_RESULTS && characters < MOST_CHARACTERS;
    }

    private void countCharacters(Batch derived, int from) {
        for (int i = from; i < derived.size(); i++) {
            var text = derived.text(i);
            characters += text == null ? 0 : text.length();
        }
    }

    private void credit() {
        long now = clock.nanoTime();
        long more = (long) ((now - creditedNanos) * budget.cpu());
        creditNanos = Math.min(MOST_CREDIT_NANOS, creditNanos + more);
        creditedNanos = now;
    }

    private void forget() {
        long oldest = oldest();
        if (oldest - passes.first() > passes.size() / 2) {
            passes.forgetBefore(oldest);
        }
    }

    private long oldest() {
        long oldest = Waiting.NONE;
        for (int i = pending.nextSetBit(0); i >= 0; i = pending.nextSetBit(i + 1)) {
            oldest = Math.min(oldest, next[i]);
        }
        return oldest;
    }

    /** Makes the next pass of a pipeline that is ready. */
    private void run(int pipeline, Batch derived) {
        long pass = next[pipeline];
        int from = derived.size();
        int samples = stations[pipeline].run(pass, passes, derived);
        distribute(derived, from, pass, pipeline);
        countCharacters(derived, from);
        long took = costs.ran(pipeline, samples);
        turns.charge(pipeline, took);
        creditNanos = Math.max(-MOST_CREDIT_NANOS, creditNanos - took);
        deferred[pipeline] += pass < passes.last() ? 1 : 0;
        overdue[pipeline] += isOverdue(pipeline, pass) ? 1 : 0;
        follow(pipeline);
        for (int reader : links.dependents(pipeline)) {
            follow(reader);
        }
    }

    private boolean isOverdue(int pipeline, long pass) {
        return costs.since() - passes.arrived(pass)
                > pipelines.list().get(pipeline).share().within().toNanos();
    }

    /** Runs those for which more waits than they have room for, until there is room. */
    private void makeRoom(Batch derived) {
        for (int i = pending.nextSetBit(0); i >= 0; i = pending.nextSetBit(i + 1)) {
            while (stations[i].waitingBytes() > roomBytes[i]) {
                runWithSources(i, derived);
                forced[i]++;
            }
        }
        while (passes.last() - oldest() >= MOST_PASSES) {
            runThrough(oldest(), derived);
        }
    }

    private void runWithSources(int pipeline, Batch derived) {
        long pass = next[pipeline];
        for (int source : links.sources(pipeline)) {
            while (next[source] <= pass) {
                run(source, derived);
            }
        }
        run(pipeline, derived);
    }

    private void runThrough(long pass, Batch derived) {
        for (int i = 0; i < stations.length; i++) {
            while (next[i] <= pass) {
                run(i, derived);
                forced[i]++;
            }
        }
    }

    /**
     * Runs those whose bound is near, nearest first, unless they have had more than their share.
     */
    private void keepBounds(Batch derived) {
        int urgent = mostUrgent();
        while (urgent >= 0 && hasRoom(derived)) {
            run(urgent, derived);
            urgent = mostUrgent();
        }
    }

    private int mostUrgent() {
        boundsAtNanos = costs.since();
        int found = -1;
        long least = Long.MAX_VALUE;
        for (int i = pending.nextSetBit(0); i >= 0; i = pending.nextSetBit(i + 1)) {
            long left = passes.arrived(next[i]) + withinNanos[i] - boundsAtNanos;
            if (left < least && left <= near(i) && !turns.isInDebt(i) && isReady(i)) {
                found = i;
                least = left;
            }
        }
        return found;
    }

    private long near(int pipeline) {
        double work = stations[pipeline].waiting() * costs.nanosASample(pipeline);
        return Math.max(withinNanos[pipeline] / NEAR, (long) work);
    }

    /** How each pipeline does; rates are those since the last call. */
    public List<PipelineLoad> loads() {
        long now = clock.nanoTime();
        double seconds = Math.max(1, now - lookedNanos) / 1e9;
        lookedNanos = now;
        var loads = new ArrayList<PipelineLoad>(stations.length);
        for (int i = 0; i < stations.length; i++) {
            loads.add(load(i, now, seconds));
            samplesAtLook[i] = costs.samples(i);
            busyAtLook[i] = costs.busyNanos(i);
        }
        return List.copyOf(loads);
    }

    private PipelineLoad load(int i, long now, double seconds) {
        var pipeline = pipelines.list().get(i);
        return new PipelineLoad(
                pipeline.name(),
                pipeline.share(),
                (costs.samples(i) - samplesAtLook[i]) / seconds,
                (costs.busyNanos(i) - busyAtLook[i]) / seconds / 1e9,
                costs.nanosASample(i),
                stations[i].waiting(),
                next[i] == Waiting.NONE ? 0 : now - passes.arrived(next[i]),
                stations[i].waitingBytes(),
                roomBytes[i],
                pipeline.stateBytes(),
                deferred[i],
                overdue[i],
                forced[i],
                pipeline.late());
    }
}
