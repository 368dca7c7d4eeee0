package io.drme.web;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.regex.Pattern;

/**
 * The program's counters and gauges, read as Prometheus text (exposition format 0.0.4). Safe for
 * use from any thread; a {@link LongAdder} that was got once costs no lock.
 */
public final class Metrics {
    /** The media type of the text. */
    public static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /** The most series; beyond, a program's bug would fill memory and Prometheus. */
    public static final int MAX_SERIES = 20_000;

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*");

    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by {@link #lock}. */
    private final Map<String, Family> families = new TreeMap<>();

    private final List<Consumer<Writer>> sources = new ArrayList<>();
    private int seriesCount;

    private static final class Family {
        final String type;
        final String help;
        final Map<String, DoubleSupplier> series = new TreeMap<>();
        final Map<String, LongAdder> adders = new TreeMap<>();

        Family(String type, String help) {
            this.type = type;
            this.help = help;
        }
    }

    /** Takes what a source tells at the moment of reading. */
    public interface Writer {
        /** Tells a cumulative count; the name ends in {@code _total}. */
        void counter(String name, String help, Map<String, String> labels, double value);

        /** Tells a value that goes up and down. */
        void gauge(String name, String help, Map<String, String> labels, double value);
    }

    /** The counter of this name and these labels; always the same one. Its name ends in _total. */
    public LongAdder counter(String name, String help, Map<String, String> labels) {
        lock.lock();
        try {
            var family = family(name, "counter", help);
            return family.adders.computeIfAbsent(
                    labelText(labels),
                    key -> {
                        var adder = new LongAdder();
                        putSeries(family, key, adder::sum);
                        return adder;
                    });
        } finally {
            lock.unlock();
        }
    }

    /** Adds a value that is read when asked for; replaces one of the same name and labels. */
    public void gauge(String name, String help, Map<String, String> labels, DoubleSupplier value) {
        lock.lock();
        try {
            putSeries(family(name, "gauge", help), labelText(labels), value);
        } finally {
            lock.unlock();
        }
    }

    /** Adds a source of series that come and go, such as one a device; called at each reading. */
    public void source(Consumer<Writer> source) {
        lock.lock();
        try {
            sources.add(source);
        } finally {
            lock.unlock();
        }
    }

    /** Adds {@code /metrics}. */
    public void addRoutes(Api api) {
        api.add(
                Route.get("/metrics", Rule.VIEWER, "Counters and gauges as Prometheus text"),
                _ -> Reply.text(MEDIA_TYPE, text()));
    }

    /** All series as Prometheus text. */
    public String text() {
        var all = new TreeMap<String, Family>();
        lock.lock();
        try {
            families.forEach((name, family) -> {
                var copy = new Family(family.type, family.help);
                copy.series.putAll(family.series);
                all.put(name, copy);
            });
            var writer = new Gathering(all);
            sources.forEach(source -> source.accept(writer));
        } finally {
            lock.unlock();
        }
        var out = new StringBuilder();
        all.forEach((name, family) -> write(out, name, family));
        return out.toString();
    }

    private record Gathering(Map<String, Family> all) implements Writer {
        @Override
        public void counter(String name, String help, Map<String, String> labels, double value) {
            put("counter", name, help, labels, value);
        }

        @Override
        public void gauge(String name, String help, Map<String, String> labels, double value) {
            put("gauge", name, help, labels, value);
        }

        private void put(
                String type, String name, String help, Map<String, String> labels, double value) {
            all.computeIfAbsent(checked(name), _ -> new Family(type, help))
                    .series
                    .put(labelText(labels), () -> value);
        }
    }

    private Family family(String name, String type, String help) {
        return families.computeIfAbsent(checked(name), _ -> new Family(type, help));
    }

    private void putSeries(Family family, String labels, DoubleSupplier value) {
        if (family.series.put(labels, value) == null && ++seriesCount > MAX_SERIES) {
            throw new IllegalStateException("more than " + MAX_SERIES + " series of metrics");
        }
    }

    private static String checked(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not the name of a metric: '" + name + "'");
        }
        return name;
    }

    private static void write(StringBuilder out, String name, Family family) {
        out.append("# HELP ").append(name).append(' ').append(family.help).append('\n');
        out.append("# TYPE ").append(name).append(' ').append(family.type).append('\n');
        family.series.forEach((labels, value) ->
                out.append(name)
                        .append(labels)
                        .append(' ')
                        .append(number(value.getAsDouble()))
                        .append('\n'));
    }

    private static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < JsonValues.MAX_SAFE_INTEGER) {
            return Long.toString((long) value);
        }
        return Double.isInfinite(value) ? (value > 0 ? "+Inf" : "-Inf") : Double.toString(value);
    }

    private static String labelText(Map<String, String> labels) {
        if (labels.isEmpty()) {
            return "";
        }
        var parts = new ArrayList<String>();
        new TreeMap<>(labels)
                .forEach((key, value) ->
                        parts.add(
                                checked(key)
                                        + "=\""
                                        + value.replace("\\", "\\\\")
                                                .replace("\"", "\\\"")
                                                .replace("\n", "\\n")
                                        + "\""));
        return "{" + String.join(",", parts) + "}";
    }
}
