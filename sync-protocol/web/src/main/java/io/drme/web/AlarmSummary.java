package io.drme.web;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The part of {@code /api/v1/alarms/summary} that shows alarms as they stand: how many are open,
 * which have stood or waited for too long, and what came first of each first-out group.
 */
public final class AlarmSummary {
    /** What has been so for longer than this is standing, or stale. */
    public static final Duration LONG = Duration.ofHours(24);

    /** So many stand in a list; the count beside it is of all. */
    public static final int MOST_LISTED = 100;

    private static final Set<String> PRESENT = Set.of("unacknowledged", "acknowledged");
    private static final Set<String> WAITING = Set.of("unacknowledged", "returned", "latched");
    private static final Set<String> HIDDEN = Set.of("shelved", "suppressed", "out-of-service");
    private static final String NORMAL = "normal";

    private static final Schema SHORT =
            Schema.object(
                    Schema.field("id", Schema.text("one occurrence")),
                    Schema.field("gateway", Schema.text("gateway id")),
                    Schema.field("name", Schema.text("the alarm's name in the configuration")),
                    Schema.field("tag", Schema.text("device/path")),
                    Schema.field("state", Schema.text("a state of ISA-18.2")),
                    Schema.field("priority", Schema.text("low, medium, high or critical")),
                    Schema.field("message", Schema.text("what is wrong")),
                    Schema.optional("raisedAt", Schema.time("when it was raised")));

    private static final Schema NAMED =
            Schema.object(
                    Schema.field("id", Schema.text("one occurrence")),
                    Schema.field("name", Schema.text("the alarm's name in the configuration")),
                    Schema.field("tag", Schema.text("device/path")),
                    Schema.field("raisedAt", Schema.time("when it was raised")));

    private static final Schema RATE =
            Schema.object(
                    Schema.field("last10Minutes", Schema.integer("alarms in the last ten minutes")),
                    Schema.field("verdict", Schema.text("good, manageable, too-many or flood")),
                    Schema.field("average", Schema.number("alarms in ten minutes, since 'since'")),
                    Schema.field("averageVerdict", Schema.text("as verdict")),
                    Schema.field("peak", Schema.integer("the most within ten minutes")),
                    Schema.field("peakVerdict", Schema.text("as verdict")),
                    Schema.optional("peakAt", Schema.time("when those ten minutes ended")),
                    Schema.field("total", Schema.integer("alarms since 'since'")),
                    Schema.field(
                            "benchmarks",
                            Schema.map(
                                    Schema.integer("alarms in ten minutes"),
                                    "what verdicts go by, EEMUA 191 and ISA-18.2")));

    private static final Schema FLOOD =
            Schema.object(
                    Schema.field("active", Schema.bool("whether one lasts")),
                    Schema.field("timeInFlood", Schema.number("part of the time, 0 to 1")),
                    Schema.field(
                            "floods",
                            Schema.list(
                                    Schema.object(
                                            Schema.field("since", Schema.time("when it began")),
                                            Schema.optional("until", Schema.time("when it ended")),
                                            Schema.field("alarms", Schema.integer("how many came")),
                                            Schema.field(
                                                    "peak",
                                                    Schema.integer("the most within ten minutes")),
                                            Schema.field(
                                                    "first",
                                                    Schema.list(NAMED, "what came first"))),
                                    "the newest first")));

    /** Of one gateway, in the OpenAPI document. */
    public static final Schema SCHEMA =
            Schema.object(
                    Schema.field("at", Schema.time("when")),
                    Schema.field(
                            "since",
                            Schema.time("what is counted goes back to here: at most 24 hours")),
                    Schema.field("rate", RATE),
                    Schema.field("flood", FLOOD),
                    Schema.field(
                            "byPriority",
                            Schema.map(Schema.integer("alarms"), "since 'since', by priority")),
                    Schema.field(
                            "frequent",
                            Schema.list(
                                    Schema.object(
                                            Schema.field("name", Schema.text("the alarm")),
                                            Schema.field("tag", Schema.text("device/path")),
                                            Schema.field("count", Schema.integer("how often")),
                                            Schema.field("share", Schema.number("of all, 0 to 1"))),
                                    "the ten most frequent")),
                    Schema.field(
                            "chattering",
                            Schema.list(
                                    Schema.object(
                                            Schema.field("name", Schema.text("the alarm")),
                                            Schema.field("tag", Schema.text("device/path")),
                                            Schema.field("now", Schema.bool("whether it does now")),
                                            Schema.field(
                                                    "bursts", Schema.integer("how often it began")),
                                            Schema.field(
                                                    "most",
                                                    Schema.integer("most changes in a minute")),
                                            Schema.field("lastAt", Schema.time("when last"))),
                                    "came and went three times a minute or more")),
                    Schema.field(
                            "letGo", Schema.integer("alarms that there was no room to tell apart")),
                    Schema.field(
                            "open",
                            Schema.map(Schema.integer("alarms"), "that are not normal, by state")),
                    Schema.field("standingCount", Schema.integer("of 'standing', all")),
                    Schema.field("standing", Schema.list(SHORT, "present for more than 24 hours")),
                    Schema.field("staleCount", Schema.integer("of 'stale', all")),
                    Schema.field(
                            "stale",
                            Schema.list(SHORT, "waiting for a person for more than 24 hours")),
                    Schema.field(
                            "firstOut",
                            Schema.list(
                                    Schema.object(
                                            Schema.field("group", Schema.text("its name")),
                                            Schema.field("gateway", Schema.text("gateway id")),
                                            Schema.field("alarms", Schema.integer("that are open")),
                                            Schema.optional("first", SHORT)),
                                    "groups of which alarms are open, and which came first")));

    private AlarmSummary() {}

    /**
     * Puts it into a summary.
     *
     * @param items all that are open, and those that came first of a group and may be over
     * @param nowNanos nanoseconds since 1970 UTC
     */
    public static void add(JsonObject summary, List<AlarmItem> items, long nowNanos) {
        var open = new LinkedHashMap<String, Object>();
        items.stream()
                .map(AlarmItem::state)
                .filter(state -> !state.equals(NORMAL))
                .sorted()
                .forEach(state -> open.merge(state, 1, (a, b) -> (int) a + (int) b));
        summary.put("open", new JsonObject(open));
        long before = nowNanos - LONG.toNanos();
        put(summary, "standing", items, before, i -> PRESENT.contains(i.state()));
        put(summary, "stale", items, before, i -> WAITING.contains(i.state()));
        summary.put("firstOut", groups(items));
    }

    private static void put(
            JsonObject summary,
            String name,
            List<AlarmItem> items,
            long before,
            Predicate<AlarmItem> which) {
        var found =
                items.stream()
                        .filter(which)
                        .filter(i -> i.raisedAtNanos() != null && i.raisedAtNanos() < before)
                        .sorted(Comparator.comparingLong(AlarmSummary::raisedAt))
                        .toList();
        var shown = found.stream().limit(MOST_LISTED).map(AlarmSummary::shortOf).toList();
        summary.put(name + "Count", found.size()).put(name, new JsonArray(shown));
    }

    private static long raisedAt(AlarmItem item) {
        return item.raisedAtNanos() == null ? 0 : item.raisedAtNanos();
    }

    private record Group(String gateway, String name) implements Comparable<Group> {
        @Override
        public int compareTo(Group other) {
            int byGateway = gateway.compareTo(other.gateway);
            return byGateway != 0 ? byGateway : name.compareTo(other.name);
        }
    }

    private static JsonArray groups(List<AlarmItem> items) {
        Map<Group, Integer> open = new TreeMap<>();
        for (var item : items) {
            var group = item.context().marks().group();
            if (!group.isEmpty() && isTold(item)) {
                open.merge(new Group(item.gateway(), group), 1, Integer::sum);
            }
        }
        var groups = new JsonArray();
        open.forEach((group, alarms) -> {
            var first =
                    items.stream()
                            .filter(i ->
                                    i.context().marks().first()
                                            && i.gateway().equals(group.gateway)
                                            && i.context().marks().group().equals(group.name))
                            .max(Comparator.comparingLong(AlarmSummary::raisedAt));
            groups.add(
                    new JsonObject()
                            .put("group", group.name)
                            .put("gateway", group.gateway)
                            .put("alarms", alarms)
                            .put("first", first.map(AlarmSummary::shortOf).orElse(null)));
        });
        return groups;
    }

    private static boolean isTold(AlarmItem item) {
        return !item.state().equals(NORMAL) && !HIDDEN.contains(item.state());
    }

    private static JsonObject shortOf(AlarmItem item) {
        return new JsonObject()
                .put("id", item.id())
                .put("gateway", item.gateway())
                .put("name", item.name())
                .put("tag", item.tag())
                .put("state", item.state())
                .put("priority", item.priority())
                .put("message", item.message())
                .put(
                        "raisedAt",
                        item.raisedAtNanos() == null ? null : Times.text(item.raisedAtNanos()));
    }
}
