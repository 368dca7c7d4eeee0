package io.drme.cloud.job;

import io.drme.block.BadBlockException;
import io.drme.block.BlockReader;
import io.drme.block.SeriesColumns;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.BlockStore.Gateway;
import io.drme.cloud.store.BlockStore.Span;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.FleetRows;
import io.drme.cloud.store.FleetRows.Arrival;
import io.drme.cloud.store.FleetRows.SeriesSpan;
import io.drme.history.ClockLine;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * In which chunks of time the samples of stored blocks lie, as far as a pipeline reads them. What
 * one tag with a wrong clock says of its times does not hold for the others.
 *
 * <p>Confined to its owner; each call may block on the database.
 */
final class ArrivalSpans {
    /** A series that is longer in one block is looked into: a wrong clock may have stamped some. */
    private static final long LONGEST_NANOS = 3_600_000_000_000L;

    private static final int MOST_CACHED = 1_000_000;

    private final FleetPlan plan;
    private final BlockStore store;
    private final FleetRows rows;
    private final SeriesColumns columns = new SeriesColumns();
    private final Map<Long, Optional<FleetRows.Series>> series = new HashMap<>();

    ArrivalSpans(FleetPlan plan, BlockStore store, FleetRows rows) {
        this.plan = plan;
        this.store = store;
        this.rows = rows;
    }

    /** Looks at what arrived; {@code line} is how the gateway's times are to be read. */
    One of(Arrival arrival, Gateway gateway, ClockLine line) throws DatabaseException {
        return new One(
                arrival, gateway, line, rows.seriesOf(arrival.epochId(), arrival.sequence()));
    }

    private Optional<FleetRows.Series> series(long id) throws DatabaseException {
        var known = series.get(id);
        if (known == null) {
            if (series.size() >= MOST_CACHED) {
                series.clear();
            }
            known = rows.series(id);
            series.put(id, known);
        }
        return known;
    }

    private static boolean isLong(long first, long last) {
        long length = last - first;
        return length < 0 || length > LONGEST_NANOS;
    }

    /** What arrived. */
    final class One {
        private final Arrival arrival;
        private final Gateway gateway;
        private final ClockLine line;
        private final List<SeriesSpan> directory;
        private @Nullable BlockReader block;

        private One(Arrival arrival, Gateway gateway, ClockLine line, List<SeriesSpan> directory) {
            this.arrival = arrival;
            this.gateway = gateway;
            this.line = line;
            this.directory = directory;
        }

        /** The begins of first and last chunks; empty where the pipeline reads nothing of it. */
        Set<Span> chunks(Reads job) throws DatabaseException {
            var found = new HashSet<Span>();
            var longOnes = new HashMap<String, SeriesSpan>();
            for (var span : directory) {
                var tag = series(span.seriesId());
                if (tag.isEmpty() || !job.isRead(gateway, tag.get().tag())) {
                    continue;
                }
                if (isLong(span.firstTime(), span.lastTime())) {
                    longOnes.put(tag.get().tag(), span);
                } else {
                    found.add(shown(span.firstTime(), span.lastTime()));
                }
            }
            if (!longOnes.isEmpty() && !decode(longOnes::containsKey, found)) {
                longOnes.values().forEach(s -> found.add(shown(s.firstTime(), s.lastTime())));
            }
            if (directory.isEmpty() && isAnyRead(job)) {
                // no block, or its directory went elsewhere meanwhile, in full or in part
                boolean isDecoded =
                        isLong(arrival.firstTime(), arrival.lastTime())
                                && decode(tag -> job.isRead(gateway, tag), found);
                if (!isDecoded) {
                    found.add(shown(arrival.firstTime(), arrival.lastTime()));
                }
            }
            return found;
        }

        private boolean isAnyRead(Reads job) throws DatabaseException {
            for (var tag : store.seriesNames(gateway.id())) {
                if (job.isRead(gateway, tag)) {
                    return true;
                }
            }
            return false;
        }

        /** As the clock's history reads them, times may be elsewhere: what it can mean counts. */
        private Span shown(long first, long last) {
            long from = first;
            long to = last;
            if (!line.isStraight()) {
                from = Math.min(from, line.shownTime(arrival.epochId(), Long.MAX_VALUE, first));
                to = Math.max(to, line.shownTime(arrival.epochId(), Long.MAX_VALUE, last));
            }
            return new Span(plan.chunkOf(from), plan.chunkOf(to));
        }

        /** Looks at each sample of some tags; false where the block is not there to be read. */
        private boolean decode(Predicate<String> isMeant, Set<Span> found)
                throws DatabaseException {
            try {
                var opened = opened();
                if (opened == null) {
                    return false;
                }
                for (int i = 0; i < opened.seriesCount(); i++) {
                    if (isMeant.test(opened.tag(i).text())) {
                        opened.decode(i, columns);
                        addChunks(found);
                        line.correct(arrival.epochId(), columns);
                        addChunks(found);
                    }
                }
                return true;
            } catch (BadBlockException _) {
                // who computes tells of it
                return false;
            }
        }

        private @Nullable BlockReader opened() throws DatabaseException, BadBlockException {
            if (block == null) {
                var payload = store.block(arrival.epochId(), arrival.sequence());
                if (payload.isPresent()) {
                    block = BlockReader.openColumns(payload.get());
                }
            }
            return block;
        }

        private void addChunks(Set<Span> found) {
            for (int i = 0; i < columns.size(); i++) {
                long chunk = plan.chunkOf(columns.sourceTimes()[i]);
                found.add(new Span(chunk, chunk));
            }
        }
    }
}
