package io.drme.sim.fault;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/**
 * A fault that a scenario brings by itself.
 *
 * @param unit a unit of the device, or {@link Faults#WHOLE}
 * @param after when it comes first, from the start of the scenario
 * @param time how long it lasts; nothing for ever
 * @param every from one coming to the next, at least {@code time} and {@code spread} together;
 *     nothing where it comes once
 * @param spread so much later it may come each time, by the seed
 */
public record Schedule(
        String unit,
        Fault fault,
        Duration after,
        Optional<Duration> time,
        Optional<Duration> every,
        Duration spread,
        long seed) {

    /**
     * When the coming began that lasts at a time; nothing where none does.
     *
     * @param nanos since the start of the scenario
     */
    OptionalLong lastsSince(long nanos) {
        long first = after.toNanos();
        if (nanos < first) {
            return OptionalLong.empty();
        }
        long count = every.map(e -> (nanos - first) / e.toNanos()).orElse(0L);
        long begin = first + count * every.orElse(Duration.ZERO).toNanos() + later(count);
        long end = time.map(t -> begin + t.toNanos()).orElse(Long.MAX_VALUE);
        return nanos >= begin && nanos < end ? OptionalLong.of(begin) : OptionalLong.empty();
    }

    private long later(long count) {
        return spread.isZero()
                ? 0
                : new SplittableRandom(seed + count).nextLong(spread.toNanos() + 1);
    }
}
