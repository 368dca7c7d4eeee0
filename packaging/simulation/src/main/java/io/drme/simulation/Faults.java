package io.drme.simulation;

import io.drme.cloud.store.DatabaseException;
import io.drme.testing.SimulatedNetwork;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;

/**
 * What goes wrong in a world, by its seed. Each seed has some of the kinds only, so that each kind
 * is also seen alone, and two together without the others hiding what they do.
 */
final class Faults {
    private static final double WITH_A_KIND = 0.45;
    private static final Duration LONGEST_SPELL = Duration.ofSeconds(60);

    /** A kind of fault, or of what people do, and how often in a thousand beats. */
    enum Kind {
        BAD_LINE(4),
        CUT(6),
        KILL(3),
        POWER_CUT(3),
        STOP(2),
        CENTRE_KILLED(3),
        COMMIT_FAILS(5),
        SILENT_DEVICE(6),
        ACKNOWLEDGE(10),
        CONFIGURE(2);

        private final int inThousandBeats;

        Kind(int inThousandBeats) {
            this.inThousandBeats = inThousandBeats;
        }
    }

    private final World world;
    private final Random random;
    private final Map<Kind, Integer> struck = new EnumMap<>(Kind.class);

    Faults(World world) {
        this.world = world;
        this.random = world.random;
        for (var kind : Kind.values()) {
            if (random.nextDouble() < WITH_A_KIND) {
                struck.put(kind, 0);
            }
        }
        world.trace.say("this world has %s", struck.keySet());
    }

    /** How often each kind struck. */
    Map<Kind, Integer> struck() {
        return struck;
    }

    /** Lets something happen, or not. */
    void maybe() throws InterruptedException, DatabaseException {
        for (var kind : Kind.values()) {
            if (struck.containsKey(kind) && random.nextInt(1_000) < kind.inThousandBeats) {
                struck.merge(kind, 1, Integer::sum);
                strike(kind, world.boxes.get(random.nextInt(world.boxes.size())));
            }
        }
    }

    private void strike(Kind kind, Box box) throws InterruptedException, DatabaseException {
        switch (kind) {
            case BAD_LINE -> badLine();
            case CUT -> cut(box);
            case KILL -> fall(box, true);
            case POWER_CUT -> fall(box, false);
            case STOP -> {
                box.stop();
                reconnect(box);
            }
            case CENTRE_KILLED -> centreKilled();
            case COMMIT_FAILS -> world.centre.failNext(1 + random.nextInt(3));
            case SILENT_DEVICE -> silent(box);
            case ACKNOWLEDGE -> box.acknowledge();
            case CONFIGURE -> box.configure(random.nextInt(PlantConfigs.variants()));
        }
    }

    private Duration spell() {
        return Duration.ofNanos(random.nextLong(LONGEST_SPELL.toNanos()));
    }

    private void badLine() {
        world.network.faults(
                new SimulatedNetwork.Faults(
                        random.nextDouble() * 0.2,
                        random.nextDouble() * 0.2,
                        random.nextDouble() * 0.05,
                        Duration.ofMillis(1 + random.nextInt(3_000))));
        world.trace.say("the lines are bad");
        world.after(spell(), () -> world.network.faults(SimulatedNetwork.Faults.NONE));
    }

    private void cut(Box box) {
        world.trace.say("the line of %s is cut", box.name);
        world.network.cut(box.name);
        world.after(spell(), () -> world.network.mend(box.name));
    }

    /** A process that starts again has new connections. */
    private void reconnect(Box box) {
        world.network.cut(box.name);
        world.network.mend(box.name);
    }

    private void fall(Box box, boolean kill) {
        if (box.isUp() && random.nextInt(3) > 0) {
            box.fallSoon(random.nextInt(60), kill);
        } else if (box.isUp()) {
            box.fall(kill);
        }
    }

    private void centreKilled() throws DatabaseException {
        world.trace.say("the centre is killed");
        world.boxes.forEach(this::reconnect);
        world.centre.restart();
        check();
    }

    private void check() {
        try {
            world.centre.checkDatabase();
        } catch (io.drme.sync.ReceiverStore.StoreException e) {
            throw new IllegalStateException("the centre's database failed for real", e);
        }
    }

    private void silent(Box box) {
        var device = random.nextBoolean() ? "press" : "oven";
        world.trace.say("%s of %s falls silent", device, box.name);
        box.plant.silent(device, true);
        world.after(spell(), () -> box.plant.silent(device, false));
    }

    /** Ends all of it. */
    void heal() {
        world.network.faults(SimulatedNetwork.Faults.NONE);
        world.centre.failNext(0);
        world.quota = 0;
        for (var box : world.boxes) {
            box.heal();
            world.network.mend(box.name);
        }
    }
}
