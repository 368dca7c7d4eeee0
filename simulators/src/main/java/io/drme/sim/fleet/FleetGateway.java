package io.drme.sim.fleet;

import io.drme.block.BlockBuilder;
import io.drme.block.BlockSeal;
import io.drme.model.Batch;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.schema.CommandResult;
import io.drme.schema.ConfigurationApplied;
import io.drme.schema.DeviceState;
import io.drme.schema.GatewayLife;
import io.drme.schema.TagCatalogue;
import io.drme.sync.LineBudget;
import io.drme.sync.Message;
import io.drme.sync.Sender;
import io.drme.sync.SenderSettings;
import io.drme.time.Clock;
import io.drme.time.Hlc;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * One gateway of a fleet: its readings, blocks and events are made here, and the real {@link
 * Sender} brings them to the centre. Confined to its event loop; {@link #wake} and {@link #stop}
 * too.
 */
final class FleetGateway implements Runnable {
    /** Beyond these nothing more is read, so that memory has an end; what was left out is told. */
    static final int MOST_WAITING_BLOCKS = 120;

    private static final int SCHEMA_VERSION = 1;
    private static final int CONFIGURATION_VERSION = 1;
    private static final int STEPS_A_TURN = 64;
    private static final int NANOS_PER_MILLI = 1_000_000;

    /** What the gateways of one event loop share. */
    record Bench(FleetOptions options, FleetTags tags, FleetCounts counts, BlockBuilder builder) {}

    private final GatewayId id;
    private final Bench bench;
    private final EventLoop loop;
    private final Clock clock;
    private final long seed;
    private final FleetLog log;
    private final FleetLine line;
    private final Sender sender;
    private final Outages outages;
    private final long startNanos;
    private final long startEpochNanos;
    private final long pollNanos;
    private long sealDueNanos;
    private long sealedTicks;
    private long liveTicks;
    private boolean isStopping;
    private boolean isClosed;
    private boolean isQueued;
    private Optional<Future<?>> timer = Optional.empty();

    /** Makes a gateway, which begins with {@link #run} on its event loop. */
    FleetGateway(int number, Bench bench, EventLoop loop, Optional<SslContext> tls) {
        this.bench = bench;
        this.loop = loop;
        var options = bench.options();
        this.clock = options.clock();
        this.id = id(options.prefix(), number);
        this.seed = FleetTags.mix(options.seed() * 1_000_003 + number);
        var random = new SplittableRandom(seed);
        // Epochs, keys and the process's number are of this run: a centre that met an earlier one
        // with the same seed sees a new life, as of a new data directory.
        var fresh = new SplittableRandom(FleetTags.mix(clock.epochNanos() ^ seed));
        this.log = new FleetLog(id, clock, fresh, bench.counts());
        long instance = fresh.nextLong();
        this.line =
                new FleetLine(id, loop, options, tls, instance, random, bench.counts(), this::wake);
        this.sender =
                new Sender(
                        log,
                        new FleetNotary(id, fresh),
                        line,
                        clock,
                        SenderSettings.defaults(
                                instance, "drme-sim", "drme-sim-fleet", LineBudget.NONE));
        this.pollNanos = options.poll().toNanos();
        this.startNanos = clock.nanoTime();
        this.startEpochNanos = clock.epochNanos();
        this.sealDueNanos = startNanos + random.nextLong(options.sealEvery().toNanos()) + pollNanos;
        this.outages = new Outages(options, random, startNanos);
        begin();
    }

    static GatewayId id(String prefix, int number) {
        return new GatewayId("%s-%05d".formatted(prefix, number));
    }

    private void begin() {
        var hash = "%016x".formatted(FleetTags.mix(bench.tags().table().size()));
        var site = "fleet/site-%03d".formatted(Math.floorMod(seed, 100));
        log.append(new GatewayLife("started", 1, 0, "fleet"), Map.of("site", site));
        log.append(
                new ConfigurationApplied(CONFIGURATION_VERSION, hash, "drme-sim", "applied"),
                Map.of());
        for (var part : TagCatalogue.parts(CONFIGURATION_VERSION, bench.tags().entries())) {
            log.append(part, Map.of());
        }
        log.append(
                new DeviceState(
                        FleetTags.device(), "simulated", "connected", "", startEpochNanos, ""),
                Map.of());
        sender.describe(hash, Integer.toString(SCHEMA_VERSION));
    }

    /** Does what is due, and sees to it that it is called again. */
    @Override
    public void run() {
        isQueued = false;
        if (isClosed) {
            return;
        }
        long now = clock.nanoTime();
        if (outages.turns(now)) {
            line.cut(outages.isCut());
            if (outages.isCut()) {
                bench.counts().outage();
            }
        }
        line.step();
        if (!isStopping) {
            read(now);
        }
        int steps = 0;
        while (steps < STEPS_A_TURN && sender.step()) {
            steps++;
        }
        answerCommands();
        later(steps == STEPS_A_TURN ? 0 : waitNanos(now));
    }

    private long waitNanos(long now) {
        long due = Math.min(line.dueNanos(), outages.nextNanos());
        if (!isStopping) {
            due = Math.min(due, Math.min(sealDueNanos, startNanos + (liveTicks + 1) * pollNanos));
        }
        return Math.clamp(
                Math.min(due - now, sender.idle().toNanos()),
                NANOS_PER_MILLI,
                TimeUnit.SECONDS.toNanos(1));
    }

    private void later(long nanos) {
        timer.ifPresent(t -> t.cancel(false));
        timer = Optional.of(loop.schedule(this::wake, nanos, TimeUnit.NANOSECONDS));
    }

    /** Runs soon; on the event loop. */
    void wake() {
        if (!isQueued && !isClosed) {
            isQueued = true;
            loop.execute(this);
        }
    }

    private void read(long now) {
        long ticks = (now - startNanos) / pollNanos;
        if (bench.options().isLive() && ticks > liveTicks) {
            long at = startEpochNanos + ticks * pollNanos;
            for (int tag = 0; tag < bench.tags().table().size(); tag++) {
                sender.offerLive(bench.tags().live(tag, seed, ticks, at, pollStamp(at)));
            }
        }
        liveTicks = ticks;
        if (now - sealDueNanos >= 0) {
            seal(ticks);
            while (now - sealDueNanos >= 0) {
                sealDueNanos += bench.options().sealEvery().toNanos();
            }
        }
    }

    private static long pollStamp(long epochNanos) {
        return Hlc.of(epochNanos / NANOS_PER_MILLI, 0);
    }

    /** Makes blocks of the readings since the last one. */
    private void seal(long upTo) {
        if (log.waitingBlocks() >= MOST_WAITING_BLOCKS) {
            bench.counts().skippedPolls(upTo - sealedTicks);
            sealedTicks = upTo;
            return;
        }
        var builder = bench.builder();
        for (long tick = sealedTicks + 1; tick <= upTo; tick++) {
            var batch = new Batch(bench.tags().table().size());
            long at = startEpochNanos + tick * pollNanos;
            batch.begin(0, pollStamp(at));
            bench.tags().read(batch, seed, tick, at);
            if (!builder.hasRoomFor(batch)) {
                append(builder);
            }
            builder.add(batch, bench.tags().table());
        }
        sealedTicks = Math.max(sealedTicks, upTo);
        if (!builder.isEmpty()) {
            append(builder);
        }
    }

    private void append(BlockBuilder builder) {
        var place = log.next();
        int samples = builder.samples();
        var block =
                builder.seal(
                        new BlockSeal(
                                id,
                                place.epoch(),
                                StreamKind.DATA,
                                place.sequence(),
                                place.firstOrdinal(),
                                place.previous(),
                                SCHEMA_VERSION,
                                CONFIGURATION_VERSION,
                                place.sequence()));
        log.append(block, samples);
    }

    private void answerCommands() {
        for (var command = sender.nextCommand();
                command.isPresent();
                command = sender.nextCommand()) {
            answer(command.get());
        }
    }

    private void answer(Message.Command command) {
        log.append(
                new CommandResult(
                        command.id(),
                        command.verb(),
                        "refused",
                        "a gateway of a simulated fleet carries out no commands"),
                Map.of("expires", Long.toString(command.expiresAtNanos())));
    }

    /** Reads no more, and sends what there is; on the event loop. */
    void stop() {
        if (!isStopping) {
            seal((clock.nanoTime() - startNanos) / pollNanos);
            isStopping = true;
            log.append(new GatewayLife("stopped", 1, clock.epochNanos(), "fleet"), Map.of());
            if (outages.end()) {
                line.cut(false);
            }
            wake();
        }
    }

    /** Whether the centre has everything; then the last report goes. On the event loop. */
    boolean isAllThere() {
        return isStopping && log.isAllThere();
    }

    /** Has the account sent once more, as before an end in order; on the event loop. */
    void report() {
        sender.reportSoon();
        wake();
    }

    /** Ends it; on the event loop. */
    void close() {
        isClosed = true;
        timer.ifPresent(t -> t.cancel(false));
        line.close();
    }
}
