package io.drme.edge.acquisition;

import io.drme.driver.Pace;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks devices for less while the gateway can't follow, and for all of it once it can: a step at a
 * time, first of those that only pipelines of low weight depend on, and of those that no pipeline
 * depends on last. Confined.
 *
 * <p><b>Up and down.</b> A step up comes at once and then each second while the strain is high; a
 * step down only after a time of calm. Where strain comes back soon after a step down, the calm has
 * to last twice as long the next time: a gateway that can just follow at a level stays there.
 */
final class Backpressure {
    /** Strain, as part of what can be borne, from which on less is asked. */
    static final double HIGH = 0.5;

    /** Strain below which more may be asked again. */
    static final double LOW = 0.1;

    /** How often levels are looked at. */
    static final long LOOK_NANOS = 1_000_000_000;

    /** The first time of calm before a step down. */
    static final long CALM_NANOS = 10_000_000_000L;

    /** The longest. */
    static final long MOST_CALM_NANOS = 320_000_000_000L;

    /** Levels 1, 2 and 3: 2, 4 and 8 times. */
    static final int MOST_LEVEL = 3;

    private List<Paced> devices = List.of();

    /** The devices' weights, lowest first, but none last. */
    private List<Integer> classes = List.of();

    private int rung;

    /** What strained when the last step up was made. */
    private String reason = "";

    private long calmNanos = CALM_NANOS;
    private long calmSince;
    private long loweredAt = Long.MIN_VALUE / 2;
    private boolean calm;
    private Map<String, Pace> paces = Map.of();
    private long changes;

    /** Begins with everything as configured. */
    Backpressure(List<Paced> devices) {
        take(devices);
    }

    private void take(List<Paced> next) {
        devices = List.copyOf(next);
        classes =
                devices.stream()
                        .map(Paced::weight)
                        .distinct()
                        .sorted((a, b) -> Integer.compare(order(a), order(b)))
                        .toList();
    }

    /**
     * Goes on with other devices, or others' weights, where it is: a reload makes pipelines no
     * quicker, so nobody is asked for more by it alone.
     */
    void change(List<Paced> next) {
        if (next.equals(devices)) {
            return;
        }
        take(next);
        rung = Math.min(rung, classes.size() * MOST_LEVEL);
        set();
    }

    private static int order(int weight) {
        return weight == 0 ? Integer.MAX_VALUE : weight;
    }

    /**
     * Looks at the strain; to be called each {@link #LOOK_NANOS}.
     *
     * @param strain 0 where nothing waits, 1 where the limits are reached
     * @param why what strains, as in {@code pipeline 'a' can't follow}
     * @return whether something else is asked of a device from now on
     */
    boolean look(long nowNanos, double strain, String why) {
        if (strain >= HIGH) {
            calm = false;
            return rung < classes.size() * MOST_LEVEL && raise(nowNanos, why);
        }
        if (strain >= LOW || rung == 0) {
            calm = false;
            return false;
        }
        if (!calm) {
            calm = true;
            calmSince = nowNanos;
        }
        return nowNanos - calmSince >= calmNanos && lower(nowNanos);
    }

    private boolean raise(long nowNanos, String why) {
        if (rung == 0 && nowNanos - loweredAt > 2 * MOST_CALM_NANOS) {
            calmNanos = CALM_NANOS;
        } else if (nowNanos - loweredAt <= 2 * calmNanos) {
            calmNanos = Math.min(MOST_CALM_NANOS, 2 * calmNanos);
            loweredAt = Long.MIN_VALUE / 2; // it counts once
        }
        rung++;
        reason = why;
        return set();
    }

    private boolean lower(long nowNanos) {
        rung--;
        loweredAt = nowNanos;
        calmSince = nowNanos;
        return set();
    }

    /** Follows the rung; those whose level stays keep the reason that they were told. */
    private boolean set() {
        var next = new LinkedHashMap<String, Pace>();
        for (var device : devices) {
            int level = level(device);
            var before = paces.getOrDefault(device.device(), Pace.USUAL);
            int factor = 1 << level;
            if (factor != before.factor()) {
                changes++;
            }
            if (level > 0) {
                boolean stays = factor == before.factor() && device.polled() == before.polled();
                next.put(
                        device.device(),
                        stays ? before : new Pace(factor, device.polled(), text(device, factor)));
            }
        }
        paces = Map.copyOf(next);
        return true;
    }

    private String text(Paced device, int factor) {
        return (device.polled()
                        ? "polled %d times as seldom: %s"
                        : "deadbands %d times as wide: %s")
                .formatted(factor, reason);
    }

    /** The level of a device: 0 as configured, up to {@link #MOST_LEVEL}. */
    int level(Paced device) {
        int below = classes.indexOf(device.weight()) * MOST_LEVEL;
        return Math.clamp(rung - below, 0, MOST_LEVEL);
    }

    /** What is asked of those of which less is asked. */
    Map<String, Pace> paces() {
        return paces;
    }

    /** How often something else was asked of a device. */
    long changes() {
        return changes;
    }
}
