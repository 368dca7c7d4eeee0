package io.drme.cloud.promql;

import io.drme.cloud.query.RawHistory;
import io.drme.cloud.store.BlockStore;
import io.drme.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** Prometheus' questions. Safe for use from any thread; may block. */
public final class PrometheusQueries {
    private final StoredSeries stored;
    private final Clock clock;
    private final Duration turn;
    private final Semaphore turns = new Semaphore(Limits.AT_ONCE, true);

    /** Answers from a store. */
    public PrometheusQueries(BlockStore store, RawHistory history, Clock clock) {
        this(store, history, clock, Limits.TURN);
    }

    /** The same, with another limit for the wait for queries before. */
    PrometheusQueries(BlockStore store, RawHistory history, Clock clock, Duration turn) {
        this.stored = new StoredSeries(store, history);
        this.clock = clock;
        this.turn = turn;
    }

    /**
     * Who asks.
     *
     * @param limit how long it may take, at most {@link Limits#TIME}
     * @param wanted whether somebody still waits for the answer; looked at now and then
     */
    public record Asker(Duration limit, BooleanSupplier wanted) {}

    /** An answer by its form. */
    public sealed interface Answer {
        /** A number at a time. */
        record Scalar(Point point) implements Answer {}

        /** A text at a time. */
        record Text(long millis, String text) implements Answer {}

        /** Series with one value each. */
        record Vector(List<Row> rows) implements Answer {}

        /** Series with values over time. */
        record Matrix(List<Row> rows) implements Answer {}
    }

    /** A value at a time, milliseconds since 1970 UTC. */
    public record Point(long millis, double value) {}

    /** A series of an answer. */
    public record Row(Labels labels, List<Point> points) {}

    private Budget budget(Asker asker) {
        var limit = asker.limit().compareTo(Limits.TIME) < 0 ? asker.limit() : Limits.TIME;
        return new Budget(clock, limit, asker.wanted());
    }

    @FunctionalInterface
    private interface Work {
        Answer done() throws QueryException;
    }

    /** Answers while at most one other query is answered. */
    private <T> T inTurn(Asker asker, Function<Answer, T> form, Work work) throws QueryException {
        var wait = asker.limit().compareTo(turn) < 0 ? asker.limit() : turn;
        try {
            if (!turns.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new QueryException(
                        QueryException.Kind.UNAVAILABLE,
                        "this member answers %d queries already, which did not end within %d ms; Retry-After: %d, in seconds"
                                .formatted(Limits.AT_ONCE, wait.toMillis(), turn.toSeconds()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QueryException(
                    QueryException.Kind.CANCELED, "the query was canceled: the member stops", e);
        }
        try {
            return form.apply(work.done());
        } finally {
            turns.release();
        }
    }

    /**
     * Answers at one moment, milliseconds since 1970 UTC. Waits while {@link Limits#AT_ONCE} others
     * are answered, for at most {@link Limits#TURN}.
     *
     * @param form what is made of the answer; the answer and it take memory, so that it is made
     *     before others have their turn
     */
    public <T> T query(String query, long atMillis, Asker asker, Function<Answer, T> form)
            throws QueryException {
        return inTurn(asker, form, () -> query(query, atMillis, asker));
    }

    private Answer query(String query, long atMillis, Asker asker) throws QueryException {
        var expr = Parser.parse(query);
        var budget = budget(asker);
        var steps = new Steps(atMillis, 1, 1);
        if (expr instanceof Expr.Selector selector && expr.type() == Expr.Type.MATRIX) {
            return new Answer.Matrix(samples(selector, atMillis, budget));
        }
        return switch (new Evaluator(stored, steps, budget).of(expr)) {
            case Value.Scalars(var at) -> new Answer.Scalar(new Point(atMillis, at[0]));
            case Value.Text(var text) -> new Answer.Text(atMillis, text);
            case Value.Vector(var lanes) -> new Answer.Vector(rows(lanes, steps, budget));
        };
    }

    private List<Row> samples(Expr.Selector selector, long atMillis, Budget budget)
            throws QueryException {
        var rows = new ArrayList<Row>();
        long last = atMillis - selector.offsetMillis();
        for (var series : stored.select(selector.matchers(), budget)) {
            var samples = stored.read(series, last - selector.rangeMillis(), last, budget);
            budget.give(samples.size());
            var points = new ArrayList<Point>(samples.size());
            for (int i = 0; i < samples.size(); i++) {
                points.add(new Point(samples.millis(i), samples.value(i)));
            }
            if (!points.isEmpty()) {
                rows.add(new Row(series.labels(), points));
            }
        }
        return rows;
    }

    /**
     * Answers at each step from one time to another, both inclusive, in milliseconds; in turn as
     * {@link #query}.
     */
    public <T> T range(
            String query,
            long fromMillis,
            long toMillis,
            long stepMillis,
            Asker asker,
            Function<Answer, T> form)
            throws QueryException {
        return inTurn(asker, form, () -> range(query, fromMillis, toMillis, stepMillis, asker));
    }

    private Answer range(String query, long fromMillis, long toMillis, long stepMillis, Asker asker)
            throws QueryException {
        if (toMillis < fromMillis) {
            throw QueryException.bad("end timestamp must not be before start time");
        }
        if (stepMillis <= 0) {
            throw QueryException.bad(
                    "zero or negative query resolution step widths are not accepted. Try a positive integer");
        }
        long last = (toMillis - fromMillis) / stepMillis;
        if (last >= Limits.STEPS) {
            throw QueryException.bad(
                    "exceeded maximum resolution of %,d points per timeseries. Try decreasing the query resolution (?step=XX)"
                            .formatted(Limits.STEPS));
        }
        var expr = Parser.parse(query);
        if (expr.type() != Expr.Type.SCALAR && expr.type() != Expr.Type.VECTOR) {
            throw QueryException.bad(
                    "invalid expression type \"%s\" for range query, must be Scalar or instant Vector"
                            .formatted(expr.type().text()));
        }
        var steps = new Steps(fromMillis, stepMillis, (int) last + 1);
        var budget = budget(asker);
        var value = new Evaluator(stored, steps, budget).of(expr);
        if (value instanceof Value.Scalars(var at)) {
            var lane = new Lane(Labels.NONE, steps.count());
            for (int step = 0; step < at.length; step++) {
                lane.set(step, at[step]);
            }
            return new Answer.Matrix(rows(List.of(lane), steps, budget));
        }
        var lanes = value instanceof Value.Vector(var found) ? found : List.<Lane>of();
        var rows = rows(lanes, steps, budget);
        rows.sort(Comparator.comparing(r -> r.labels().map().toString()));
        return new Answer.Matrix(rows);
    }

    private static List<Row> rows(List<Lane> lanes, Steps steps, Budget budget)
            throws QueryException {
        var rows = new ArrayList<Row>();
        for (var lane : lanes) {
            budget.give(lane.present.cardinality());
            var points = new ArrayList<Point>(lane.present.cardinality());
            for (int step = lane.present.nextSetBit(0);
                    step >= 0;
                    step = lane.present.nextSetBit(step + 1)) {
                points.add(new Point(steps.at(step), lane.values[step]));
            }
            if (!points.isEmpty()) {
                rows.add(new Row(lane.labels, points));
            }
        }
        return rows;
    }

    /** The series that any of some selectors chooses, whenever they had samples. */
    public List<Labels> series(List<String> selectors, Asker asker) throws QueryException {
        var found = new LinkedHashSet<Labels>();
        var budget = budget(asker);
        for (var text : selectors) {
            for (var series : stored.select(Parser.series(text).matchers(), budget)) {
                found.add(series.labels());
            }
        }
        return List.copyOf(found);
    }

    /** The series of some selectors; all where there is none. */
    private List<Labels> seriesOrAll(List<String> selectors, Asker asker) throws QueryException {
        return series(selectors.isEmpty() ? List.of(StoredSeries.METRIC) : selectors, asker);
    }

    /** The names of labels that series of some selectors have; of all where there is none. */
    public SortedSet<String> labelNames(List<String> selectors, Asker asker) throws QueryException {
        var names = new TreeSet<String>();
        seriesOrAll(selectors, asker).forEach(l -> names.addAll(l.map().keySet()));
        return names;
    }

    /** The values of a label that series of some selectors have; of all where there is none. */
    public SortedSet<String> labelValues(String name, List<String> selectors, Asker asker)
            throws QueryException {
        var values = new TreeSet<String>();
        seriesOrAll(selectors, asker).forEach(l -> values.add(l.get(name)));
        values.remove("");
        return values;
    }

    /** A duration as Prometheus writes it, such as {@code 1h30m}, in milliseconds. */
    public static long durationMillis(String text) throws QueryException {
        return Parser.millis(text);
    }
}
