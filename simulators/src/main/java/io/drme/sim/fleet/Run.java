package io.drme.sim.fleet;

import io.drme.sim.StopSignal;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** One run of a fleet and what is printed of it. Confined to the command's thread. */
final class Run {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final int BYTES_PER_KIB = 1024;
    private static final int BYTES_PER_MIB = 1 << 20;

    private final Fleet fleet;
    private final FleetOptions options;
    private final long residentBefore;
    private final PrintWriter say;
    private final long fromNanos;

    /**
     * Of a fleet that has just been started.
     *
     * @param residentBefore memory of the process before that, in bytes
     */
    Run(Fleet fleet, FleetOptions options, long residentBefore, PrintWriter say) {
        this.fleet = fleet;
        this.options = options;
        this.residentBefore = residentBefore;
        this.say = say;
        this.fromNanos = options.clock().nanoTime();
    }

    /**
     * Lets it run, and then send what it has.
     *
     * @param most how long at most; until the signal where it is empty
     * @param draining how long the end may take
     * @return the exit code
     */
    int until(StopSignal stop, Optional<Duration> most, Duration draining)
            throws InterruptedException {
        say.printf(
                "fleet gateways=%d tags=%d uplink=%s:%d seed=%d%n",
                options.gateways(), options.tags(), options.host(), options.port(), options.seed());
        say.flush();
        var clock = options.clock();
        while (!stop.await(SECOND) && (most.isEmpty() || passed() < most.get().toNanos())) {
            line();
        }
        long memory = Resident.bytes().orElse(residentBefore) - residentBefore;
        fleet.stop();
        long stopped = passed();
        boolean isAllThere = fleet.isAllThere();
        while (!isAllThere && passed() - stopped < draining.toNanos()) {
            clock.sleep(SECOND);
            line();
            isAllThere = fleet.isAllThere();
        }
        fleet.report();
        clock.sleep(SECOND); // so that the last report arrives; no sample depends on it
        return totals(isAllThere, memory / options.gateways());
    }

    private long passed() {
        return options.clock().nanoTime() - fromNanos;
    }

    private void line() {
        var f = fleet.figures();
        var resident = Resident.bytes();
        say.printf(
                Locale.ROOT,
                "%d s · connected %d · blocks sent %d · acknowledged %d of %d · pending %d · %d bytes · outages %d · errors %d%s%n",
                passed() / SECOND.toNanos(),
                f.connected(),
                f.blocks(),
                f.blocksAcknowledged(),
                f.blocksMade(),
                f.blocksMade() - f.blocksAcknowledged(),
                f.bytes(),
                f.outages(),
                f.failures(),
                resident.isEmpty() ? "" : " · " + resident.getAsLong() / BYTES_PER_MIB + " MiB");
        say.flush();
    }

    private int totals(boolean isAllThere, long memoryOfOne) {
        var f = fleet.figures();
        say.printf("memory %d KiB a gateway%n", memoryOfOne / BYTES_PER_KIB);
        fleet.troubles().forEach((why, times) -> say.printf("error %d times: %s%n", times, why));
        if (f.skippedPolls() > 0) {
            say.printf(
                    "skipped %d readings, not made as too many blocks waited%n", f.skippedPolls());
        }
        say.printf(
                "read %d · stored-at-centre %d · pending %d · lost %d%s%n",
                f.read(), f.acknowledged(), f.pending(), f.lost(), refusals());
        say.flush();
        return isAllThere && f.pending() == 0 && f.lost() == 0 && fleet.harmful() == 0 ? 0 : 1;
    }

    private String refusals() {
        return fleet.refusals().entrySet().stream()
                .map(e ->
                        " · refused by %s %d"
                                .formatted(
                                        e.getKey()
                                                .name()
                                                .toLowerCase(Locale.ROOT)
                                                .replace('_', '-'),
                                        e.getValue()))
                .collect(Collectors.joining());
    }
}
