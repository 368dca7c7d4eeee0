package io.drme.driver;

import java.util.List;

/**
 * When each poll group is due: on a fixed beat from the start, so that polls do not drift by the
 * time that they take. Beats that passed meanwhile are skipped, not made up for. Confined to its
 * owner.
 */
final class Beats {
    private final long[] usual;
    private final long[] intervals;
    private final long[] phases;
    private final long[] dues;

    Beats(List<PollGroup> groups, long nowNanos) {
        usual = groups.stream().mapToLong(g -> g.interval().toNanos()).toArray();
        intervals = usual.clone();
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

    /** How many usual intervals a group's interval is now. */
    long times(int group) {
        return intervals[group] / usual[group];
    }

    /**
     * Gives a group so many times its usual interval from now on; a beat that would be sooner by
     * that comes sooner.
     */
    void stretch(int group, long times, long nowNanos) {
        long interval = usual[group] * times;
        if (interval < intervals[group]) {
            long passed = Math.max(0, nowNanos - phases[group]) / interval;
            dues[group] = Math.min(dues[group], phases[group] + (passed + 1) * interval);
        }
        intervals[group] = interval;
    }

    /** Makes all groups due now, once; their beats stay. */
    void allDue(long nowNanos) {
        for (int i = 0; i < dues.length; i++) {
            dues[i] = Math.min(dues[i], nowNanos);
        }
    }
}
