package io.drme.sim.gpio;

import io.drme.model.Value;
import io.drme.sim.DeviceContext;
import io.drme.sim.ValueSource;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import io.drme.sim.fault.Faults.Standing;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * The electrical levels of the lines: what the scenario says unless a line is held, and what faults
 * make of it. Guarded by the bank.
 */
final class Contacts {
    /** How often a contact that bounces opens again before it holds. */
    static final int BOUNCES = 4;

    /** Spikes last for a delay of every so many. */
    private static final int SPIKE_EVERY = 10;

    private final DeviceContext context;
    private final Map<Integer, ValueSource> sources;
    private final long tickNanos;
    private final Map<Integer, Boolean> held = new HashMap<>();
    private final Map<Integer, Change> changes = new HashMap<>();
    private Map<Integer, Boolean> frozenHeld = Map.of();
    private long frozenSince = Long.MIN_VALUE;

    /** Since when a line has had its level. */
    private record Change(boolean high, long sinceNanos) {}

    Contacts(DeviceContext context, Map<Integer, ValueSource> sources, Duration tick) {
        this.context = context;
        this.sources = Map.copyOf(sources);
        this.tickNanos = tick.toNanos();
    }

    /** Holds a line. */
    void hold(int line, boolean high) {
        freeze();
        held.put(line, high);
    }

    /** Gives a line back to the scenario. */
    void release(int line) {
        freeze();
        held.remove(line);
    }

    /** Gives all lines back. */
    void releaseAll() {
        held.clear();
    }

    /** The level that is to be seen now. */
    boolean isHigh(int line) {
        var standing = context.faults().standing(Faults.WHOLE);
        return switch (standing.fault().kind()) {
            case STUCK -> {
                freeze();
                yield level(line, frozenHeld, frozenSince - context.startNanos());
            }
            case SPIKES -> level(line, held, context.elapsedNanos()) ^ isSpike(standing);
            case CHATTER -> level(line, held, context.elapsedNanos()) ^ isBounce(line);
            default -> level(line, held, context.elapsedNanos());
        };
    }

    private boolean level(int line, Map<Integer, Boolean> by, long elapsedNanos) {
        var byHand = by.get(line);
        if (byHand != null) {
            return byHand;
        }
        var source = sources.get(line);
        return source != null
                && switch (source.at(elapsedNanos)) {
                    case Value.Bool(boolean b) -> b;
                    case Value.Int(long i) -> i != 0;
                    case Value.Real(double d) -> d >= 0.5;
                    case Value.Text _ -> false;
                };
    }

    /** Keeps what is held when a fault begins that has the levels stand still. */
    private void freeze() {
        var standing = context.faults().standing(Faults.WHOLE);
        if (standing.fault().kind() == FaultKind.STUCK && standing.sinceNanos() != frozenSince) {
            frozenSince = standing.sinceNanos();
            frozenHeld = Map.copyOf(held);
        }
    }

    private boolean isSpike(Standing standing) {
        long length = Math.max(1, standing.fault().delay().toNanos());
        return (context.clock().nanoTime() - standing.sinceNanos()) % (SPIKE_EVERY * length)
                < length;
    }

    /** Whether a contact that has changed a moment ago is open again. */
    private boolean isBounce(int line) {
        var change = changes.get(line);
        if (change == null) {
            return false;
        }
        long ticks = (context.clock().nanoTime() - change.sinceNanos()) / tickNanos;
        return ticks < 2 * BOUNCES && ticks % 2 == 1;
    }

    /** Sees which lines have changed; once a tick, before their levels are asked for. */
    void look(int count) {
        boolean wanted = context.faults().ofDevice().kind() == FaultKind.CHATTER;
        if (!wanted) {
            changes.clear();
            return;
        }
        long elapsed = context.elapsedNanos();
        long now = context.clock().nanoTime();
        for (int line = 0; line < count; line++) {
            boolean high = level(line, held, elapsed);
            var before = changes.get(line);
            if (before == null) {
                changes.put(line, new Change(high, now - 2L * BOUNCES * tickNanos));
            } else if (before.high() != high) {
                changes.put(line, new Change(high, now));
            }
        }
    }
}
