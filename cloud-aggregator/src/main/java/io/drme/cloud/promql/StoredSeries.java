package io.drme.cloud.promql;

import io.drme.cloud.query.RawHistory;
import io.drme.cloud.query.RawHistory.HistorySample;
import io.drme.cloud.query.RawHistory.Place;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.BlockStore.Gateway;
import io.drme.cloud.store.BlockStore.Span;
import io.drme.cloud.store.BlockStore.TagRow;
import io.drme.cloud.store.DatabaseException;
import io.drme.model.Reading;
import io.drme.model.TagName;
import io.drme.model.Value;
import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The stored tags as series: {@code drme_value{gateway,site,device,tag,unit}}. A bad sample is
 * absent, an uncertain one is there, a boolean is 0 or 1; texts are no series. Safe for use from
 * any thread; may block.
 */
final class StoredSeries {
    /** The one metric. */
    static final String METRIC = "drme_value";

    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int SAMPLES_AT_ONCE = 20_000;

    private final BlockStore store;
    private final RawHistory history;

    StoredSeries(BlockStore store, RawHistory history) {
        this.store = store;
        this.history = history;
    }

    /** A tag of a gateway. */
    record Series(long gatewayId, String tag, Labels labels) {}

    /** The series that all matchers match, sorted by gateway and tag. */
    List<Series> select(List<Matcher> matchers, Budget budget) throws QueryException {
        var found = new ArrayList<Series>();
        if (matchers.stream().anyMatch(m -> m.name().equals(Labels.NAME) && !m.matches(METRIC))) {
            return found;
        }
        try {
            for (var gateway : store.gateways()) {
                budget.check();
                if (mayMatch(gateway, matchers)) {
                    select(gateway, matchers, found);
                }
            }
        } catch (DatabaseException e) {
            throw unavailable(e);
        }
        return found;
    }

    /** Whether what is known of a gateway without its tags matches. */
    private static boolean mayMatch(Gateway gateway, List<Matcher> matchers) {
        return matchers.stream()
                .allMatch(m ->
                        switch (m.name()) {
                            case "gateway" -> m.matches(gateway.name());
                            case "site" -> m.matches(gateway.site());
                            default -> true;
                        });
    }

    private void select(Gateway gateway, List<Matcher> matchers, List<Series> into)
            throws DatabaseException, QueryException {
        Map<String, TagRow> described = new HashMap<>();
        store.tags(gateway.id()).forEach(t -> described.put(t.name(), t));
        var names = new TreeSet<>(store.seriesNames(gateway.id()));
        for (var name : names) {
            var row = described.get(name);
            if (row != null && row.type() == ValueType.TEXT) {
                continue;
            }
            var labels = new TreeMap<String, String>();
            labels.put(Labels.NAME, METRIC);
            labels.put("gateway", gateway.name());
            labels.put("site", gateway.site());
            labels.put("tag", name);
            labels.put("device", row == null ? new TagName(name).device() : row.device());
            labels.put("unit", row == null ? "" : row.unit());
            var series = new Series(gateway.id(), name, new Labels(labels));
            if (matchers.stream().allMatch(m -> m.matches(series.labels()))) {
                into.add(series);
            }
            if (into.size() > Limits.SERIES) {
                throw new QueryException(
                        QueryException.Kind.EXECUTION,
                        "the selector chooses more than %d series; name a gateway, site or device"
                                .formatted(Limits.SERIES));
            }
        }
    }

    /** The samples of a series between two times, both inclusive. */
    Samples read(Series series, long fromMillis, long toMillis, Budget budget)
            throws QueryException {
        var samples = new Samples();
        long from = nanos(fromMillis);
        long to = nanos(toMillis + 1);
        Place place = Place.START;
        try {
            while (place != null) {
                var part =
                        history.read(
                                series.gatewayId(),
                                series.tag(),
                                new Span(from, to),
                                place,
                                SAMPLES_AT_ONCE);
                budget.read(part.samples().size());
                part.samples().forEach(s -> add(s, samples));
                place = part.next();
            }
        } catch (DatabaseException e) {
            throw unavailable(e);
        }
        return samples;
    }

    private static void add(HistorySample sample, Samples into) {
        number(sample.reading())
                .ifPresent(n -> into.add(Math.floorDiv(sample.sourceTime(), NANOS_PER_MILLI), n));
    }

    private static OptionalDouble number(Reading reading) {
        return switch (reading) {
            case Reading.Good(Value value) -> number(value);
            case Reading.Uncertain(Value value, _) -> number(value);
            case Reading.Bad _ -> OptionalDouble.empty();
        };
    }

    private static OptionalDouble number(Value value) {
        return switch (value) {
            case Value.Bool(boolean on) -> OptionalDouble.of(on ? 1 : 0);
            case Value.Int(long number) -> OptionalDouble.of((double) number);
            case Value.Real(double number) -> OptionalDouble.of(number);
            case Value.Text _ -> OptionalDouble.empty();
        };
    }

    /** Nanoseconds; a time beyond what they can hold is at their end. */
    private static long nanos(long millis) {
        long most = Long.MAX_VALUE / NANOS_PER_MILLI;
        return Math.clamp(millis, -most, most) * NANOS_PER_MILLI;
    }

    static QueryException unavailable(DatabaseException e) {
        return new QueryException(
                QueryException.Kind.UNAVAILABLE,
                "the centre's database can't answer now: " + e.getMessage(),
                e);
    }
}
