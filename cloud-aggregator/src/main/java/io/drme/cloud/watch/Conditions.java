package io.drme.cloud.watch;

import io.drme.cloud.grid.GatewayState;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Tells what is wrong with a gateway. What once is has to get better by some margin before it is
 * not any more, so that nothing chatters. Confined to its owner thread.
 */
final class Conditions {
    /** A gateway reports every few seconds; a restart of its agent takes less. */
    static final Duration SILENT_AFTER = Duration.ofSeconds(30);

    /** So long a backlog may stay as it is: another one may use the line. */
    static final Duration STUCK_AFTER = Duration.ofMinutes(5);

    /** What is under way at any time is no backlog. */
    static final long MOST_UNDER_WAY_ITEMS = 20;

    /** Network time is right to some ms; a clock set by hand is off by seconds. */
    static final Duration CLOCK_OFF = Duration.ofSeconds(5);

    /** Somebody has to be there before it is full. */
    static final long LEAST_AUTONOMY_MINUTES = 4 * 60;

    private static final long NANOS_PER_MINUTE = 60_000_000_000L;
    private static final String CLONE = "clone: ";

    private final Map<String, Backlog> backlogs = new HashMap<>();

    /** How little it was, and since when it has not been less. */
    private record Backlog(long items, long sinceNanos) {}

    /**
     * What is wrong with a gateway.
     *
     * @param was what was wrong with it before
     * @param watchedSince nothing counts as missing that could not be noticed since
     */
    Set<Concern> of(
            String gateway, GatewayState now, Set<Concern> was, long watchedSince, long nowNanos) {
        var found = EnumSet.noneOf(Concern.class);
        if (now.seenNanos() == 0) {
            return found;
        }
        // who was silent stays so until it is heard, whoever watches since
        long since =
                was.contains(Concern.SILENT)
                        ? now.seenNanos()
                        : Math.max(now.seenNanos(), watchedSince);
        boolean isSilent = nowNanos - since > SILENT_AFTER.toNanos();
        boolean isStuck = isStuck(gateway, now, was.contains(Concern.BACKLOG), nowNanos);
        add(found, Concern.SILENT, isSilent);
        add(found, Concern.BACKLOG, isStuck && !isSilent);
        add(found, Concern.CLOCK, isClockOff(now, was.contains(Concern.CLOCK)));
        add(found, Concern.CLONE, now.trouble().startsWith(CLONE));
        boolean isFilling = isFilling(now, isSilent, was.contains(Concern.FILLING), nowNanos);
        add(found, Concern.FILLING, (isSilent || isStuck) && isFilling);
        return found;
    }

    private static void add(Set<Concern> found, Concern concern, boolean isSo) {
        if (isSo) {
            found.add(concern);
        }
    }

    private boolean isStuck(String gateway, GatewayState now, boolean was, long nowNanos) {
        long items = now.pendingItems();
        var least = backlogs.get(gateway);
        if (items <= MOST_UNDER_WAY_ITEMS) {
            backlogs.remove(gateway);
            return false;
        }
        if (least == null) {
            backlogs.put(gateway, new Backlog(items, nowNanos));
            return was;
        }
        // once told, half of it has to be gone
        long falls = was ? least.items / 2 : least.items;
        if (items < falls) {
            backlogs.put(gateway, new Backlog(items, nowNanos));
            return false;
        }
        return was || nowNanos - least.sinceNanos >= STUCK_AFTER.toNanos();
    }

    private static boolean isClockOff(GatewayState now, boolean was) {
        long most = was ? CLOCK_OFF.toNanos() / 2 : CLOCK_OFF.toNanos();
        return now.reportedNanos() != 0 && Math.abs(now.clockOffsetNanos()) > most;
    }

    private static boolean isFilling(
            GatewayState now, boolean isSilent, boolean was, long nowNanos) {
        if (now.autonomyMinutes() < 0) {
            return false;
        }
        // while it can't be heard, it lives on what it had at its last report
        long gone = isSilent ? (nowNanos - now.reportedNanos()) / NANOS_PER_MINUTE : 0;
        long least = was ? LEAST_AUTONOMY_MINUTES * 5 / 4 : LEAST_AUTONOMY_MINUTES;
        return now.autonomyMinutes() - gone < least;
    }
}
