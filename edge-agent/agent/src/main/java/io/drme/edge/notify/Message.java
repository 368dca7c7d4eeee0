package io.drme.edge.notify;

import io.drme.alarm.Priority;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What one receiver gets at once: one notice, or the digest of several. Immutable.
 *
 * @param kind alarm, digest or test
 * @param top the one notice; of a digest the most urgent, one an alarm, at most {@link #MOST_TOP}
 * @param count how many notices it stands for
 * @param byPriority how many of each
 * @param byOccasion how many of each
 * @param first sequence of the oldest notice
 * @param last sequence of the newest notice
 * @param firstAtNanos gateway time of the oldest, nanoseconds since 1970 UTC
 * @param lastAtNanos gateway time of the newest
 * @param sinceNanos when the newest was taken up, on the deliverer's own line of time
 * @param epoch the one that {@code first} belongs to, where it is not the log's present one; empty
 *     otherwise
 */
record Message(
        Kind kind,
        List<Notice> top,
        int count,
        Map<Priority, Integer> byPriority,
        Map<Occasion, Integer> byOccasion,
        long first,
        long last,
        long firstAtNanos,
        long lastAtNanos,
        long sinceNanos,
        String epoch) {
    /** So many alarms a person reads in a message. */
    static final int MOST_TOP = 10;

    private static final Comparator<Notice> MOST_URGENT_FIRST =
            Comparator.comparing(Notice::priority)
                    .reversed()
                    .thenComparing(Message::isOver)
                    .thenComparingLong(Notice::sequence);

    /** What it is. */
    enum Kind {
        ALARM,
        DIGEST,
        TEST
    }

    /** Of one notice. */
    static Message of(Notice notice, long sinceNanos) {
        return new Message(
                Kind.ALARM,
                List.of(notice),
                1,
                Map.of(notice.priority(), 1),
                Map.of(notice.occasion(), 1),
                notice.sequence(),
                notice.sequence(),
                notice.atNanos(),
                notice.atNanos(),
                sinceNanos,
                "");
    }

    /** The same with the id that it has in this epoch, unless it is of one before. */
    Message in(String ended) {
        return epoch.isEmpty()
                ? new Message(
                        kind,
                        top,
                        count,
                        byPriority,
                        byOccasion,
                        first,
                        last,
                        firstAtNanos,
                        lastAtNanos,
                        sinceNanos,
                        ended)
                : this;
    }

    /** One that says only that it is a test. */
    static Message test(long nowNanos) {
        return new Message(
                Kind.TEST, List.of(), 0, Map.of(), Map.of(), 0, nowNanos, nowNanos, nowNanos, 0,
                "");
    }

    private static boolean isOver(Notice notice) {
        return notice.occasion() == Occasion.RETURNED || notice.occasion() == Occasion.ACKNOWLEDGED;
    }

    /** Both as one digest; {@code later} is the newer. */
    Message and(Message later) {
        var all = new ArrayList<Notice>(top);
        for (var notice : later.top) {
            all.removeIf(n -> n.alarm().equals(notice.alarm()));
            all.add(notice);
        }
        all.sort(MOST_URGENT_FIRST);
        return new Message(
                Kind.DIGEST,
                List.copyOf(all.subList(0, Math.min(MOST_TOP, all.size()))),
                count + later.count,
                sum(byPriority, later.byPriority, Priority.class),
                sum(byOccasion, later.byOccasion, Occasion.class),
                first,
                later.last,
                firstAtNanos,
                later.lastAtNanos,
                later.sinceNanos,
                epoch);
    }

    private static <E extends Enum<E>> Map<E, Integer> sum(
            Map<E, Integer> a, Map<E, Integer> b, Class<E> type) {
        var sum = new EnumMap<E, Integer>(type);
        sum.putAll(a);
        b.forEach((key, n) -> sum.merge(key, n, Integer::sum));
        return Map.copyOf(sum);
    }

    /** Unique in the fleet, and the same again after a restart. */
    String id(String origin, String receiver) {
        var range = first == last ? Long.toString(last) : first + "-" + last;
        return "%s.%s%s.%s"
                .formatted(
                        epoch.isEmpty() ? origin : epoch,
                        kind == Kind.TEST ? "test-" : "",
                        range,
                        receiver);
    }

    JsonObject json() {
        var notices = new JsonArray();
        top.forEach(n -> notices.add(n.json()));
        return new JsonObject()
                .put("kind", kind.name())
                .put("top", notices)
                .put("count", count)
                .put("byPriority", counts(byPriority))
                .put("byOccasion", counts(byOccasion))
                .put("first", first)
                .put("last", last)
                .put("firstAt", firstAtNanos)
                .put("lastAt", lastAtNanos)
                .put("since", sinceNanos)
                .put("epoch", epoch);
    }

    private static JsonObject counts(Map<? extends Enum<?>, Integer> counts) {
        var json = new JsonObject();
        counts.forEach((key, n) -> json.put(key.name(), n));
        return json;
    }

    /**
     * Reads what {@link #json} gave.
     *
     * @throws RuntimeException where it is something else
     */
    static Message of(JsonObject json) {
        return new Message(
                Kind.valueOf(json.getString("kind")),
                json.getJsonArray("top").stream().map(n -> Notice.of((JsonObject) n)).toList(),
                json.getInteger("count"),
                counts(json.getJsonObject("byPriority"), Priority.class),
                counts(json.getJsonObject("byOccasion"), Occasion.class),
                json.getLong("first"),
                json.getLong("last"),
                json.getLong("firstAt"),
                json.getLong("lastAt"),
                json.getLong("since"),
                json.getString("epoch", ""));
    }

    private static <E extends Enum<E>> Map<E, Integer> counts(JsonObject json, Class<E> type) {
        var counts = new EnumMap<E, Integer>(type);
        json.forEach(e -> counts.put(Enum.valueOf(type, e.getKey()), (Integer) e.getValue()));
        return Map.copyOf(counts);
    }
}
