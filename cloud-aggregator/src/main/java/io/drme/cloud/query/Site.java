package io.drme.cloud.query;

import io.drme.cloud.query.Fleet.GatewayView;
import java.util.List;
import java.util.TreeMap;

/**
 * The gateways of a site and of all below it, as one.
 *
 * @param path {@code enterprise/site/area}; empty for the whole fleet, and for gateways without one
 * @param below sites further down, each counted once
 * @param online gateways in this state, as are {@code trouble} and {@code offline}
 * @param backlog samples that wait on the gateways
 * @param backlogItems blocks and events that wait there
 * @param lagNanos the largest age of a gateway's newest stored sample; negative where there is none
 * @param oldestNanos source time of the newest stored sample of the gateway that has the largest
 *     such age, which does not move while nothing comes; 0 where there is none
 * @param drainSeconds the longest time until a gateway's backlog is here; negative where unknown
 */
public record Site(
        String path,
        int below,
        int online,
        int trouble,
        int offline,
        long backlog,
        long backlogItems,
        long lagNanos,
        long oldestNanos,
        double drainSeconds,
        AlarmCounts alarms) {

    /** All gateways. */
    public int gateways() {
        return online + trouble + offline;
    }

    /** {@code online} where all are, {@code offline} where none is, otherwise {@code trouble}. */
    public String state() {
        if (online == gateways()) {
            return "online";
        }
        return offline == gateways() ? "offline" : "trouble";
    }

    /**
     * The sites of some gateways, sorted by path.
     *
     * @param segments so many words of a site's path are told apart; those that are alike in them
     *     are one
     */
    public static List<Site> of(Iterable<GatewayView> views, int segments) {
        var found = new TreeMap<String, Sum>();
        for (var view : views) {
            var path = view.gateway().site();
            found.computeIfAbsent(head(path, segments), Sum::new).add(view);
        }
        return found.values().stream().map(Sum::site).toList();
    }

    /** The first words of a path. */
    static String head(String path, int segments) {
        int end = 0;
        for (int i = 0; i < segments; i++) {
            int slash = path.indexOf('/', end == 0 ? 0 : end + 1);
            if (slash < 0) {
                return path;
            }
            end = slash;
        }
        return path.substring(0, end);
    }

    /** What is gathered of a site. */
    private static final class Sum {
        private final String path;
        private final java.util.Set<String> below = new java.util.HashSet<>();
        private int online;
        private int trouble;
        private int offline;
        private long backlog;
        private long backlogItems;
        private long lagNanos = -1;
        private long oldestNanos;
        private double drainSeconds = -1;
        private AlarmCounts alarms = AlarmCounts.NONE;

        Sum(String path) {
            this.path = path;
        }

        void add(GatewayView view) {
            switch (view.state()) {
                case "online" -> online++;
                case "trouble" -> trouble++;
                default -> offline++;
            }
            var site = view.gateway().site();
            if (!site.equals(path)) {
                below.add(site);
            }
            backlog += view.now().pendingSamples();
            backlogItems += view.now().pendingItems();
            lagNanos = Math.max(lagNanos, view.lagNanos());
            long newest = view.now().newestNanos();
            if (newest != 0) {
                oldestNanos = oldestNanos == 0 ? newest : Math.min(oldestNanos, newest);
            }
            drainSeconds = Math.max(drainSeconds, view.drainSeconds());
            alarms = alarms.plus(view.alarms());
        }

        Site site() {
            return new Site(
                    path,
                    below.size(),
                    online,
                    trouble,
                    offline,
                    backlog,
                    backlogItems,
                    lagNanos,
                    oldestNanos,
                    drainSeconds,
                    alarms);
        }
    }
}
