package io.drme.driver;

import java.util.List;

/**
 * When each poll group is due: on a fixed beat from the start, so that polls do not drift by the
 * time that they take. Beats that passed meanwhile are skipped, not made up for. Confined to its
 * owner.
 */
final class Beats {
    private final long[] intervals;
    private final long[] phases;
    private final long[] dues;

    Beats(List<PollGroup> groups, long nowNanos) {
        intervals = groups.stream().mapToLong(g -> g.interval().toNanos()).toArray();
        phases = new long[intervals.length];
        dues = new long[intervals.length];
        for (int i = 0; i < intervals.length; i++) {
            phases[i] = nowNanos;
            dues[i] = nowNanos;
        }
    }

    /** When the group is due. */
    long due(int group) {
        return dues[group];
    }

    /** When the next group is due. */
    long next() {
        return dues[dueGroup()];
    }

    /** The group that is due first. */
    int dueGroup() {
        int first = 0;
        for (int i = 1; i < dues.length; i++) {
            if (dues[i] < dues[first]) {
                first = i;
            }
        }
        return first;
    }

    /**
     * Moves a group on to its next beat after now.
     *
     * @return how many beats between were skipped
     */
    long pass(int group, long nowNanos) {
        long interval = intervals[group];
        long due = dues[group];
        long beatOfDue = (due - phases[group]) / interval;
        long beatOfNow = Math.max((nowNanos - phases[group]) / interval, beatOfDue);
        dues[group] = phases[group] + (beatOfNow + 1) * interval;
        return beatOfNow - beatOfDue;
    }

    /** Makes all groups due now, once; their beats stay. */
    void allDue(long nowNanos) {
        for (int i = 0; i < dues.length; i++) {
            dues[i] = Math.min(dues[i], nowNanos);
        }
    }
}
