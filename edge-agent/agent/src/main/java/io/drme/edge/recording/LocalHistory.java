package io.drme.edge.recording;

import io.drme.block.BadBlockException;
import io.drme.block.BlockReader;
import io.drme.block.SeriesColumns;
import io.drme.block.TickColumns;
import io.drme.log.DropCause;
import io.drme.log.EventItem;
import io.drme.log.StoreView;
import io.drme.log.StoredItem;
import io.drme.model.StreamKind;
import io.drme.model.TagName;
import io.drme.schema.BadEventException;
import io.drme.schema.Payload;
import io.drme.schema.Payloads;
import io.drme.time.Hlc;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
     * Takes the series of a tag, block by block in the order they were recorded; envelopes stand
     * where the samples stood that they replace.
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
            for (StoredItem item : inOrder(now.view, now.view.overlapping(stream, from, to))) {
                now.view
                        .read(stream, item.sequence())
                        .ifPresent(bytes -> visit(bytes, tag, stream, visitor));
            }
            now.tail.ifPresent(bytes -> visit(bytes, tag, stream, visitor));
        }
    }

    /**
     * Envelopes are appended behind younger blocks; where there are none, the log's order stands.
     */
    static List<StoredItem> inOrder(StoreView view, List<StoredItem> items) {
        return view.counters().dropped().containsKey(DropCause.THINNED)
                ? items.stream().sorted(Comparator.comparingLong(StoredItem::firstTime)).toList()
                : items;
    }

    private static void visit(byte[] bytes, TagName tag, StreamKind stream, SeriesVisitor visitor) {
        try {
            var block = BlockReader.open(bytes);
            for (int index : block.seriesOf(tag)) {
                var columns = new SeriesColumns();
                block.decode(index, columns);
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
        for (var item : view.overlapping(stream, from, to)) {
            if (view.read(stream, item.sequence()).isEmpty()) {
                tell(stream, item.sequence(), item.sequence());
                visitor.damaged(
                        item.firstTime(),
                        item.lastTime() + 1,
                        "block %d of %s can't be read any more"
                                .formatted(item.sequence(), stream.text()));
            }
        }
        for (var lost : view.unlisted(stream, from, to)) {
            tell(stream, lost.fromSequence(), lost.toSequence());
            visitor.damaged(
                    lost.fromNanos(),
                    lost.toNanos(),
                    "blocks %d to %d of %s can't be read any more"
                            .formatted(lost.fromSequence(), lost.toSequence(), stream.text()));
        }
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
     * @param at when it happened, nanoseconds since 1970 UTC
     */
    public record Recorded(long at, Payload payload) {}

    /** Hands on every event that this release can read, in the order of the log. */
    public void events(Consumer<Recorded> sink) {
        var view = recorder.view();
        for (var range : view.held(StreamKind.EVENTS).ranges()) {
            for (long sequence = range.from(); sequence <= range.to(); sequence++) {
                view.read(StreamKind.EVENTS, sequence)
                        .flatMap(EventItem::decode)
                        .flatMap(LocalHistory::recorded)
                        .ifPresent(sink);
            }
        }
    }

    private static Optional<Recorded> recorded(EventItem item) {
        try {
            return Optional.of(
                    new Recorded(Hlc.epochNanos(item.event().time()), Payloads.of(item.event())));
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
        return points;
    }
}
