package io.drme.alarm;

import io.drme.schema.AlarmFlood;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongFunction;

/** {@link LoadFigures} in the words of the API, for gateway and centre alike. */
public final class LoadReport {
    private static final String NAME = "name";
    private static final String TAG = "tag";

    private LoadReport() {}

    /**
     * The part of {@code /api/v1/alarms/summary} that is counted; maps, lists, texts and numbers.
     *
     * @param time makes the text of a time from the gateway's
     */
    public static Map<String, Object> of(LoadFigures figures, LongFunction<String> time) {
        var all = new LinkedHashMap<String, Object>();
        all.put("at", time.apply(figures.now()));
        all.put("since", time.apply(figures.since()));
        all.put("rate", rate(figures, time));
        var priorities = new LinkedHashMap<String, Object>();
        figures.byPriority().forEach((priority, n) -> priorities.put(priority.text(), n));
        all.put("byPriority", priorities);
        all.put("flood", flood(figures, time));
        all.put(
                "frequent",
                figures.frequent().stream()
                        .map(f ->
                                Map.of(
                                        NAME, f.name(), TAG, f.tag(), "count", f.count(), "share",
                                        f.share()))
                        .toList());
        all.put("chattering", figures.chattering().stream().map(c -> chattering(c, time)).toList());
        all.put("letGo", figures.letGo());
        return all;
    }

    private static Map<String, Object> rate(LoadFigures figures, LongFunction<String> time) {
        var rate = new LinkedHashMap<String, Object>();
        rate.put("last10Minutes", figures.lastTenMinutes());
        rate.put("verdict", LoadFigures.Verdict.on((double) figures.lastTenMinutes()).text());
        rate.put("average", figures.averageInTenMinutes());
        rate.put("averageVerdict", LoadFigures.Verdict.on(figures.averageInTenMinutes()).text());
        rate.put("peak", figures.peak().alarms());
        rate.put("peakVerdict", LoadFigures.Verdict.on((double) figures.peak().alarms()).text());
        if (figures.peak().atNanos() != 0) {
            rate.put("peakAt", time.apply(figures.peak().atNanos()));
        }
        rate.put("total", figures.total());
        rate.put("benchmarks", Map.of("good", 1, "manageable", 2, "flood", Floods.MOST_WITHOUT));
        return rate;
    }

    private static Map<String, Object> flood(LoadFigures figures, LongFunction<String> time) {
        var flood = new LinkedHashMap<String, Object>();
        flood.put("active", figures.isFlooded());
        flood.put("timeInFlood", figures.timeInFlood());
        flood.put("floods", figures.floods().stream().map(f -> flood(f, time)).toList());
        return flood;
    }

    private static Map<String, Object> flood(AlarmFlood flood, LongFunction<String> time) {
        var one = new LinkedHashMap<String, Object>();
        one.put("since", time.apply(flood.since()));
        if (flood.until() != 0) {
            one.put("until", time.apply(flood.until()));
        }
        one.put("alarms", flood.alarms());
        one.put("peak", flood.peak());
        one.put("first", flood.first().stream().map(f -> first(f, time)).toList());
        return one;
    }

    private static Map<String, Object> first(AlarmFlood.First first, LongFunction<String> time) {
        return Map.of(
                "id",
                first.alarm(),
                NAME,
                first.name(),
                TAG,
                first.tag(),
                "raisedAt",
                time.apply(first.at()));
    }

    private static Map<String, Object> chattering(
            LoadFigures.Chattering c, LongFunction<String> time) {
        return Map.of(
                NAME,
                c.name(),
                TAG,
                c.tag(),
                "now",
                c.isNow(),
                "bursts",
                c.bursts(),
                "most",
                c.most(),
                "lastAt",
                time.apply(c.lastAt()));
    }
}
