package io.drme.sim;

import io.drme.config.Node;
import io.drme.config.Section;
import io.drme.model.Value;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads the {@code value:} of a point into a {@link ValueSource}. All randomness comes from the
 * scenario's seed and the point's place in the file, so that a run can be repeated.
 */
public final class ValueSources {
    private static final Duration LEAST_PERIOD = Duration.ofMillis(1);
    private static final Duration MOST_PERIOD = Duration.ofDays(366);
    private static final Duration DEFAULT_PERIOD = Duration.ofSeconds(60);
    private static final Duration DEFAULT_STEP = Duration.ofSeconds(1);
    private static final double DEFAULT_DUTY = 0.5;
    private static final Set<String> KINDS =
            Set.of("constant", "ramp", "sine", "random-walk", "square", "counter", "replay");
    private static final String EXPECTED =
            "expected a number, true, false, a text, 'address', or one of: constant, ramp, sine,"
                    + " random-walk, square, counter, replay; for example"
                    + " {sine: {mean: 60, amplitude: 5, period: 30s}}";

    private final long seed;
    private final Path directory;

    /**
     * Makes a reader.
     *
     * @param directory what paths of replayed files are relative to
     */
    public ValueSources(long seed, Path directory) {
        this.seed = seed;
        this.directory = directory;
    }

    /**
     * Reads the key {@code value} of a point.
     *
     * @param address what {@code value: address} gives: a number from which a test can tell which
     *     point a value belongs to; nothing where the point has none
     * @return nothing where a problem was noted
     */
    public Optional<ValueSource> read(Section point, OptionalLong address) {
        return switch (point.node("value")) {
            case null -> {
                point.missing("value", EXPECTED);
                yield Optional.empty();
            }
            case Node.Scalar scalar -> scalar(point, scalar, address);
            case Node.Sequence _ -> {
                point.problem("value", "is a list; " + EXPECTED);
                yield Optional.empty();
            }
            case Node.Mapping _ -> point.section("value").flatMap(this::shape);
        };
    }

    private static Optional<ValueSource> scalar(
            Section point, Node.Scalar scalar, OptionalLong address) {
        if (!scalar.quoted() && scalar.text().equals("address")) {
            if (address.isEmpty()) {
                point.problem("value", "'address' needs a point with a number; give a value");
                return Optional.empty();
            }
            var value = new Value.Int(address.getAsLong());
            return Optional.of(_ -> value);
        }
        var value = constant(scalar);
        return Optional.of(_ -> value);
    }

    private static Value constant(Node.Scalar scalar) {
        var text = scalar.text();
        if (scalar.quoted()) {
            return new Value.Text(text);
        }
        if (text.equals("true") || text.equals("false")) {
            return new Value.Bool(text.equals("true"));
        }
        try {
            return new Value.Int(Long.decode(text));
        } catch (NumberFormatException _) {
            // Not a whole number; perhaps another.
        }
        try {
            return new Value.Real(Double.parseDouble(text));
        } catch (NumberFormatException _) {
            return new Value.Text(text);
        }
    }

    private Optional<ValueSource> shape(Section value) {
        var found = value.keys().stream().filter(KINDS::contains).toList();
        if (found.size() != 1 || value.keys().size() != 1) {
            value.problems().add(value.where(), value.path(), EXPECTED);
            return Optional.empty();
        }
        var kind = found.getFirst();
        if (kind.equals("constant")) {
            if (value.node(kind) instanceof Node.Scalar scalar) {
                var constant = constant(scalar);
                return Optional.of(_ -> constant);
            }
            value.problem(kind, "expected a single value");
            return Optional.empty();
        }
        return value.section(kind).flatMap(keys -> shape(kind, keys));
    }

    private Optional<ValueSource> shape(String kind, Section keys) {
        Optional<ValueSource> source =
                switch (kind) {
                    case "ramp" -> ramp(keys);
                    case "sine" -> sine(keys);
                    case "square" -> square(keys);
                    case "counter" -> counter(keys);
                    case "random-walk" -> randomWalk(keys);
                    default -> replay(keys);
                };
        keys.done();
        return source;
    }

    private static Optional<ValueSource> ramp(Section keys) {
        double from = keys.number("from").orElse(0.0);
        double to = required(keys, "to");
        long period = period(keys, "period", DEFAULT_PERIOD);
        return Optional.of(
                t -> new Value.Real(from + (to - from) * Math.floorMod(t, period) / period));
    }

    private static Optional<ValueSource> sine(Section keys) {
        double mean = keys.number("mean").orElse(0.0);
        double amplitude = required(keys, "amplitude");
        long period = period(keys, "period", DEFAULT_PERIOD);
        long phase = phase(keys);
        return Optional.of(t -> {
            double turn = (double) Math.floorMod(t + phase, period) / period;
            return new Value.Real(mean + amplitude * Math.sin(2 * Math.PI * turn));
        });
    }

    /** High first, for {@code duty} of the period; booleans unless high and low are given. */
    private static Optional<ValueSource> square(Section keys) {
        boolean numbers = keys.has("high") || keys.has("low");
        double high = keys.number("high").orElse(1.0);
        double low = keys.number("low").orElse(0.0);
        double duty = keys.number("duty").orElse(DEFAULT_DUTY);
        if (duty < 0 || duty > 1) {
            keys.problem("duty", duty + " is outside 0 to 1, the part of the period that is high");
        }
        long period = period(keys, "period", DEFAULT_PERIOD);
        long phase = phase(keys);
        return Optional.of(t -> {
            boolean on = Math.floorMod(t + phase, period) < duty * period;
            return numbers ? new Value.Real(on ? high : low) : new Value.Bool(on);
        });
    }

    private static Optional<ValueSource> counter(Section keys) {
        long start = keys.integer("start", 0, Long.MIN_VALUE, Long.MAX_VALUE);
        long step = keys.integer("step", 1, Long.MIN_VALUE, Long.MAX_VALUE);
        long every = period(keys, "every", DEFAULT_STEP);
        return Optional.of(t -> new Value.Int(start + step * (t / every)));
    }

    /** A seed of its own for what stands here, from that of the scenario. */
    long seedOf(Section keys) {
        return seed * 0x9E3779B97F4A7C15L + keys.path().hashCode();
    }

    private Optional<ValueSource> randomWalk(Section keys) {
        double start = keys.number("start").orElse(0.0);
        double step = required(keys, "step");
        double min = keys.number("min").orElse(Double.NEGATIVE_INFINITY);
        double max = keys.number("max").orElse(Double.POSITIVE_INFINITY);
        long every = period(keys, "every", DEFAULT_STEP);
        if (min > max || start < min || start > max) {
            keys.problem("start", "%s is not between min %s and max %s".formatted(start, min, max));
            return Optional.empty();
        }
        return Optional.of(
                new RandomWalk(seedOf(keys), new RandomWalk.Shape(start, step, min, max), every));
    }

    private Optional<ValueSource> replay(Section keys) {
        var file = keys.requiredText("file");
        var column = keys.requiredText("column");
        long every = period(keys, "every", DEFAULT_STEP);
        if (file.isBlank() || column.isBlank()) {
            return Optional.empty();
        }
        return Replay.read(directory.resolve(file), column, every, keys);
    }

    private static double required(Section keys, String key) {
        var number = keys.number(key);
        if (!keys.has(key)) {
            keys.missing(key, "give a number");
        }
        return number.orElse(0.0);
    }

    private static long period(Section keys, String key, Duration otherwise) {
        return keys.duration(key, otherwise, LEAST_PERIOD, MOST_PERIOD).toNanos();
    }

    private static long phase(Section keys) {
        return keys.duration("phase", Duration.ZERO, Duration.ZERO, MOST_PERIOD).toNanos();
    }
}
