package io.drme.simulation;

import io.drme.cloud.store.DatabaseException;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/**
 * What people do about alarms, at gateways and at the centre, whether the line between them stands
 * or not. Their chances are their own, so that a seed has the same faults with and without them. In
 * worlds whose disks fail there are none.
 */
final class People {
    private static final double WITH_THEM = 0.6;
    private static final int ACTS_IN_THOUSAND_BEATS = 14;
    private static final int LONGEST_SHELVING_SECONDS = 60;
    private static final List<String> VERBS =
            List.of("acknowledge", "acknowledge", "shelve", "unshelve", "comment");

    private final World world;
    private final Random random;
    private final boolean areAtGateways;
    private final boolean areAtCentre;
    private int acts;

    People(World world, long seed) {
        this.world = world;
        this.random = new Random(seed);
        // A stop while the disk fails has records come back that the model holds for lost.
        boolean disksHold = !world.struck().containsKey(Faults.Kind.DISK_FAILS);
        this.areAtGateways = random.nextDouble() < WITH_THEM && disksHold;
        this.areAtCentre = random.nextDouble() < WITH_THEM && disksHold;
    }

    /** Lets somebody do something, or not. */
    void maybe() throws InterruptedException, DatabaseException {
        if (areAtGateways && isTime()) {
            acts++;
            box().act(verb(), "act " + acts, shelving(), random);
        }
        if (areAtCentre && isTime()) {
            world.centre.act(box().book.gateway, verb(), shelving(), random);
        }
    }

    private boolean isTime() {
        return random.nextInt(1_000) < ACTS_IN_THOUSAND_BEATS;
    }

    private Box box() {
        return world.boxes.get(random.nextInt(world.boxes.size()));
    }

    private String verb() {
        return VERBS.get(random.nextInt(VERBS.size()));
    }

    private Duration shelving() {
        return Duration.ofSeconds(1 + random.nextInt(LONGEST_SHELVING_SECONDS));
    }
}
