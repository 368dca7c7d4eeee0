package io.drme.edge.recording;

import io.drme.block.BadBlockException;
import io.drme.block.BlockReader;
import io.drme.block.SeriesColumns;
import io.drme.block.TickColumns;
import io.drme.history.ClockLine;
import io.drme.log.DropCause;
import io.drme.log.EventItem;
import io.drme.log.StoreView;
import io.drme.log.StoredItem;
import io.drme.model.StreamKind;
import io.drme.model.TagName;
import io.drme.schema.BadEventException;
import io.drme.schema.Payload;
import io.drme.schema.Payloads;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the gateway's own log tells of a tag: sealed blocks, and the samples accepted since the last
 * one. For any thread; blocks for as long as the disk takes.
 */
public final class LocalHistory {
    /** A source clock that is off puts a block's samples outside the span of its ticks. */
    private static final List<StreamKind> STREAMS = List.of(StreamKind.DATA, StreamKind.LOCAL);

    private static final Logger log = LoggerFactory.getLogger(LocalHistory.class);

    /** Damages told in the log, each once; the page asks again and again. */
    private static final int MAX_TOLD = 1_000;

    private final Recorder recorder;
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    /** Reads what this recorder keeps. */
    public LocalHistory(Recorder recorder) {
        this.recorder = recorder;
    }

    /**
     * Takes the series of a tag, block by block in the order they were recorded, with source times
     * as the clock's history corrects them; envelopes stand where the samples stood that they
     * replace.
     */
    public interface SeriesVisitor {
        /** One series; {@code columns} and {@code ticks} are reused after the call. */
        void visit(SeriesColumns columns, TickColumns ticks, StreamKind stream);
    }

    /** What a stream held at one moment: what is sealed, and what is not yet. */
    private record Moment(StoreView view, Optional<byte[]> tail) {}

    /**
     * Visits the series of a tag in every block that overlaps a span of source time.
     *
     * @param from first nanosecond since 1970 UTC
     * @param to first nanosecond behind the span
     */
    public void each(TagName tag, long from, long to, SeriesVisitor visitor)
            throws InterruptedException {
        for (var stream : STREAMS) {
            // Asked for apart, a seal in between would hide samples, or show them twice.
            var now = recorder.ask(s -> new Moment(s.view(), s.tail(stream)));
            var clock = recorder.clock();
            for (StoredItem item :
                    inOrder(now.view, overlapping(now.view, clock, stream, from, to))) {
                now.view
                        .read(stream, item.sequence())
                        .ifPresent(bytes -> visit(bytes, tag, clock, stream, visitor));
            }
            now.tail.ifPresent(bytes -> visit(bytes, tag, clock, stream, visitor));
        }
    }

    /** The items in which there may be what belongs into a span, in the order of the log. */
    static List<StoredItem> overlapping(
            StoreView view, ClockLine clock, StreamKind stream, long from, long to) {
        var spans = clock.raw(from, to);
        if (spans.size() == 1) {
            return view.overlapping(stream, spans.getFirst().from(), spans.getFirst().to());
        }
        var found = new TreeMap<Long, StoredItem>();
        for (var span : spans) {
            for (var item : view.overlapping(stream, span.from(), span.to())) {
                found.put(item.sequence(), item);
            }
        }
        return List.copyOf(found.values());
    }

    /**
     * Envelopes are appended behind younger blocks; where there are none, the log's order stands.
     */
    static List<StoredItem> inOrder(StoreView view, List<StoredItem> items) {
        return view.counters().dropped().containsKey(DropCause.THINNED)
                ? items.stream().sorted(Comparator.comparingLong(StoredItem::firstTime)).toList()
                : items;
    }

    private static void visit(
            byte[] bytes, TagName tag, ClockLine clock, StreamKind stream, SeriesVisitor visitor) {
        try {
            var block = BlockReader.open(bytes);
            for (int index : block.seriesOf(tag)) {
                var columns = new SeriesColumns();
                block.decode(index, columns);
                clock.correct(ClockLine.ONLY_EPOCH, columns);
                visitor.visit(columns, block.ticks(block.series().get(index).group()), stream);
            }
        } catch (BadBlockException e) {
            log.warn("block unreadable stream={} reason={}", stream.text(), e.getMessage());
        }
    }

    /** Takes a span of which samples were recorded that can't be read any more. */
    public interface DamageVisitor {
        /** One span, in nanoseconds since 1970 UTC, and what is known of it for a person. */
        void damaged(long from, long to, String detail);
    }

    /**
     * Visits what {@link #each} has to leave out because the disk does not hold it as it was
     * written.
     *
     * @param stream the one in which the tag's samples stand
     */
    public void damages(StreamKind stream, long from, long to, DamageVisitor visitor)
            throws InterruptedException {
        var view = recorder.view();
        var clock = recorder.clock();
        for (var item : overlapping(view, clock, stream, from, to)) {
            if (view.read(stream, item.sequence()).isEmpty()) {
                tell(stream, item.sequence(), item.sequence());
                visitor.damaged(
                        shown(clock, item.firstTime()),
                        shown(clock, item.lastTime() + 1),
                        "block %d of %s can't be read any more"
                                .formatted(item.sequence(), stream.text()));
            }
        }
        for (var span : clock.raw(from, to)) {
            for (var lost : view.unlisted(stream, span.from(), span.to())) {
                tell(stream, lost.fromSequence(), lost.toSequence());
                visitor.damaged(
                        shown(clock, lost.fromNanos()),
                        shown(clock, lost.toNanos()),
                        "blocks %d to %d of %s can't be read any more"
                                .formatted(lost.fromSequence(), lost.toSequence(), stream.text()));
            }
        }
    }

    /** A time of which only the index knows. */
    private static long shown(ClockLine clock, long time) {
        return clock.shownTime(ClockLine.ONLY_EPOCH, Long.MAX_VALUE, time);
    }

    private void tell(StreamKind stream, long from, long to) {
        if (told.size() < MAX_TOLD && told.add(stream.text() + from)) {
            log.warn(
                    "history=damaged stream={} blocks={}-{}; what was acknowledged of them is in the centre; check the disk",
                    stream.text(),
                    from,
                    to);
        }
    }

    /**
     * An event of the log.
     *
     * @param at when it happened, nanoseconds since 1970 UTC, corrected
     * @param isLost whether the gateway did not know what time it was
     */
    public record Recorded(long at, Payload payload, boolean isLost) {}

    /** Hands on every event that this release can read, in the order of the log. */
    public void events(Consumer<Recorded> sink) {
        var view = recorder.view();
        var clock = recorder.clock();
        for (var range : view.held(StreamKind.EVENTS).ranges()) {
            for (long sequence = range.from(); sequence <= range.to(); sequence++) {
                view.read(StreamKind.EVENTS, sequence)
                        .flatMap(EventItem::decode)
                        .flatMap(item -> recorded(clock, item))
                        .ifPresent(sink);
            }
        }
    }

    private static Optional<Recorded> recorded(ClockLine clock, EventItem item) {
        long stamp = item.event().time();
        try {
            return Optional.of(
                    new Recorded(
                            clock.timeOf(ClockLine.ONLY_EPOCH, stamp),
                            clock.correct(ClockLine.ONLY_EPOCH, stamp, Payloads.of(item.event())),
                            clock.isLost(ClockLine.ONLY_EPOCH, stamp)));
        } catch (BadEventException _) {
            return Optional.empty();
        }
    }

    /** All samples of a tag in a span of source time, in the order they were recorded. */
    public List<Point> samples(TagName tag, long from, long to) throws InterruptedException {
        var points = new ArrayList<Point>();
        each(
                tag,
                from,
                to,
                (columns, _, _) -> {
                    for (int i = 0; i < columns.size(); i++) {
                        if (columns.sourceTimes()[i] >= from && columns.sourceTimes()[i] < to) {
                            points.add(Point.of(columns, i));
                        }
                    }
                });
        points.sort((a, b) -> Long.compare(a.gatewayTime(), b.gatewayTime()));
        var clock = recorder.clock();
        if (!clock.isStraight()) {
            points.replaceAll(p ->
                    new Point(
                            p.sourceTimeNanos(),
                            clock.readable(ClockLine.ONLY_EPOCH, p.gatewayTime()),
                            p.reading()));
        }
        return points;
    }
}
