package io.drme.simulation;

import io.drme.cloud.store.DatabaseException;
import io.drme.testing.SimulatedNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong in a world, by its seed. Each seed has some of the kinds only, so that each kind
 * is also seen alone, and two together without the others hiding what they do.
 */
final class Faults {
    private static final double WITH_A_KIND = 0.4;
    private static final Duration YEARS = Duration.ofDays(3_652);
    private static final int MOST_CLONES = 2;
    private static final Duration LONGEST_SPELL = Duration.ofSeconds(60);

    /** A kind of fault, or of what people do, and how often in a thousand beats. */
    enum Kind {
        /** Messages are lost, late, doubled, out of order and damaged. */
        BAD_LINE(4),
        CUT(6),
        HALF_OPEN(3),
        KILL(3),
        POWER_CUT(3),
        STOP(2),
        /** The disk has no room for a while. */
        DISK_FULL(2),
        /** Writes and syncs fail now and then. */
        DISK_FAILS(2),
        DISK_SLOW(2),
        /** The date of a gateway jumps by minutes or an hour, and back later. */
        CLOCK_HOUR(2),
        /** The same by ten years. */
        CLOCK_YEARS(1),
        /** A gateway without a battery starts in 1970 and gets the time later. */
        CLOCK_1970(2),
        /** The date of the centre jumps. */
        CENTRE_CLOCK(1),
        CENTRE_KILLED(3),
        COMMIT_FAILS(5),
        /** The centre's database is what it was when it was backed up last. */
        CENTRE_RESTORED(1),
        /** The centre refuses because of too much at once. */
        QUOTA(3),
        /** A gateway's data directory is what it was. */
        DIRECTORY_RESTORED(1),
        /** A copy of a gateway runs beside it. */
        CLONE(1),
        SILENT_DEVICE(6),
        ACKNOWLEDGE(10),
        CONFIGURE(2);

        private final int inThousandBeats;

        Kind(int inThousandBeats) {
            this.inThousandBeats = inThousandBeats;
        }
    }

    private static final int OFTEN_WHERE_NEEDED = 5;

    private final World world;
    private final Random random;
    private final Map<Kind, Integer> struck = new EnumMap<>(Kind.class);
    private final Map<Box, Box.Image> images = new HashMap<>();
    private final List<Box> clones = new ArrayList<>();
    private SimulatedCentre.@Nullable Backup backup;
    private int backups;

    Faults(World world) {
        this.world = world;
        this.random = world.random;
        for (var kind : Kind.values()) {
            if (random.nextDouble() < WITH_A_KIND || world.bug().needs(kind)) {
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
            int often = kind.inThousandBeats * (world.bug().needs(kind) ? OFTEN_WHERE_NEEDED : 1);
            if (struck.containsKey(kind) && random.nextInt(1_000) < often) {
                struck.merge(kind, 1, Integer::sum);
                strike(kind, world.boxes.get(random.nextInt(world.boxes.size())));
            }
        }
    }

    private void strike(Kind kind, Box box) throws InterruptedException, DatabaseException {
        switch (kind) {
            case BAD_LINE -> badLine();
            case CUT -> cut(box);
            case HALF_OPEN -> halfOpen(box);
            case KILL -> fall(box, true);
            case POWER_CUT -> fall(box, false);
            case STOP -> {
                box.stop();
                reconnect(box);
            }
            case DISK_FULL, DISK_FAILS, DISK_SLOW -> disk(kind, box);
            case CLOCK_HOUR, CLOCK_YEARS, CLOCK_1970, CENTRE_CLOCK -> clock(kind, box);
            case CENTRE_KILLED -> centreKilled();
            case COMMIT_FAILS -> world.centre.failNext(1 + random.nextInt(3));
            case CENTRE_RESTORED -> centreRestored();
            case QUOTA -> quota();
            case DIRECTORY_RESTORED -> directoryRestored(box);
            case CLONE -> cloned(box);
            case SILENT_DEVICE -> silent(box);
            case ACKNOWLEDGE -> box.act("acknowledge", "", Duration.ZERO, box.random());
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

    private void halfOpen(Box box) {
        world.trace.say("the line of %s is half open", box.name);
        world.network.halfOpen(box.name);
        world.after(spell(), () -> world.network.mend(box.name));
    }

    private void disk(Kind kind, Box box) {
        if (!box.isUp()) {
            return;
        }
        switch (kind) {
            case DISK_FULL -> box.fill(random.nextInt(100_000));
            case DISK_FAILS -> {
                world.trace.say("the disk of %s fails", box.name);
                box.disk.failWith(random.nextDouble() * 0.5);
            }
            default -> {
                world.trace.say("the disk of %s is slow", box.name);
                long most = 1 + random.nextLong(2_000);
                box.disk.beforeSync(
                        () -> world.clock.advance(Duration.ofMillis(random.nextLong(most))));
            }
        }
        world.after(spell(), box::healDisk);
    }

    private void clock(Kind kind, Box box) {
        long way = random.nextBoolean() ? 1 : -1;
        var hour = Duration.ofSeconds(random.nextInt(3_600)).multipliedBy(way);
        switch (kind) {
            case CLOCK_HOUR -> {
                box.date(hour);
                world.after(spell(), () -> box.date(hour.negated()));
            }
            case CLOCK_YEARS -> {
                box.date(YEARS.multipliedBy(way));
                world.after(spell(), () -> box.date(YEARS.multipliedBy(-way)));
            }
            case CLOCK_1970 -> {
                box.fall(true);
                var away = Duration.ofNanos(-box.clock.epochNanos());
                box.date(away);
                world.after(spell(), () -> box.date(away.negated()));
            }
            default -> {
                world.trace.say("the clock of the centre jumps by %s", hour);
                world.centreClock.jump(hour);
                world.after(spell(), () -> world.centreClock.jump(hour.negated()));
            }
        }
    }

    private void centreKilled() throws DatabaseException {
        world.trace.say("the centre is killed");
        breakLines();
        world.centre.restart();
        check();
    }

    /** What was on its way to a process that is gone is gone. */
    private void breakLines() {
        world.boxes.forEach(this::reconnect);
        world.network.discard();
    }

    /** Takes a backup, or goes back to the last one: as often the one as the other. */
    private void centreRestored() throws DatabaseException {
        var last = backup;
        if (last == null || random.nextBoolean()) {
            world.trace.say("the centre is backed up");
            backup = world.centre.backup(world.directory.resolve("backup-" + backups++ % 2));
            return;
        }
        world.trace.say("the centre is restored");
        breakLines();
        world.centre.restore(last);
        check();
    }

    private void quota() {
        world.trace.say("the centre refuses some");
        world.quota = 0.1 + random.nextDouble() * 0.6;
        world.after(spell(), () -> world.quota = 0);
    }

    private void directoryRestored(Box box) {
        var image = images.get(box);
        if (image == null || random.nextBoolean()) {
            if (box.isUp()) {
                world.trace.say("the directory of %s is backed up", box.name);
                images.put(box, box.image());
            }
            return;
        }
        world.trace.say("the directory of %s is restored", box.name);
        box.book.excuse(box.name, image.ordinal(), "the directory was restored");
        box.restore(image);
        reconnect(box);
    }

    private void cloned(Box box) {
        if (!box.isUp() || clones.size() == MOST_CLONES) {
            return;
        }
        var clone =
                world.box(
                        "%s-clone-%d".formatted(box.book.gateway, clones.size() + 1),
                        box.book.gateway,
                        box.config());
        world.trace.say("%s is a copy of %s", clone.name, box.name);
        clone.restore(box.image());
        world.boxes.add(clone);
        clones.add(clone);
        world.after(spell(), () -> remove(clone));
    }

    /** The copy is switched off for good. */
    private void remove(Box clone) {
        world.trace.say("%s is switched off", clone.name);
        world.boxes.remove(clone);
        clone.end();
        world.network.cut(clone.name);
        clone.book.excuse(clone.name, 0, "the copy was switched off");
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
        clones.stream().filter(world.boxes::contains).toList().forEach(this::remove);
        for (var box : world.boxes) {
            box.heal();
            world.network.mend(box.name);
        }
    }
}
