package io.drme.edge.recording;

import io.drme.block.BadBlockException;
import io.drme.block.BlockReader;
import io.drme.block.SeriesColumns;
import io.drme.history.ClockLine;
import io.drme.history.Gap;
import io.drme.history.Gaps;
import io.drme.history.TagBlocks;
import io.drme.log.StoreView;
import io.drme.log.StoredItem;
import io.drme.model.StreamKind;
import io.drme.model.TagName;
import io.drme.schema.TagCatalogue;
import io.drme.sync.RangeSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gaps of a tag, by what the gateway's own log holds. For any thread; blocks for as long as the
 * disk takes.
 */
public final class LocalGaps {
    /** A block's times are those of its samples; its polls may be so far outside of them. */
    private static final long MARGIN_NANOS = Duration.ofMinutes(10).toNanos();

    /** Blocks looked at for a value from before a span, where a clock was wrong. */
    private static final int MOST_BEFORE = 1_000;

    /** What was recorded and is no longer kept; that it was dropped, an event says. */
    private static final TagBlocks.Why EXPIRED =
            new TagBlocks.Why(Gaps.EXPIRED, "no longer kept on the gateway");

    private static final Logger log = LoggerFactory.getLogger(LocalGaps.class);

    private final Recorder recorder;
    private final LocalHistory history;

    /** Reads what this recorder keeps. */
    public LocalGaps(Recorder recorder) {
        this.recorder = recorder;
        this.history = new LocalHistory(recorder);
    }

    /**
     * What is asked.
     *
     * @param stream the one in which the tag's samples stand
     * @param from begin, nanoseconds since 1970 UTC
     * @param to end, at most now
     * @param pollNanos as for {@link Gaps}
     */
    public record Question(TagName tag, StreamKind stream, long from, long to, long pollNanos) {
        private Question part(StreamKind of, long begin, long end, long interval) {
            return new Question(tag, of, begin, end, interval);
        }
    }

    /** What is sealed and what is not, at one moment. */
    private record Kept(StoreView view, Optional<byte[]> tail) {}

    /** The gaps, oldest first, each with its reason. */
    public List<Gap> list(Question asked) throws InterruptedException {
        var events = new ArrayList<LocalHistory.Recorded>();
        history.events(events::add);
        var all = new ArrayList<Gap>();
        var seams = new HashSet<Long>();
        for (var part : parts(asked, events)) {
            seams.add(part.from());
            all.addAll(list(part, events));
        }
        seams.remove(asked.from());
        return acrossSeams(all, seams, Gaps.limit(asked.pollNanos()));
    }

    /**
     * Where the samples go on in another stream, a hole ends or begins in each of them that may be
     * none in both together.
     */
    private static List<Gap> acrossSeams(List<Gap> gaps, Set<Long> seams, long limitNanos) {
        var kept = new ArrayList<Gap>();
        int next;
        for (int first = 0; first < gaps.size(); first = next) {
            next = first + 1;
            while (next < gaps.size() && gaps.get(next - 1).to() == gaps.get(next).from()) {
                next++;
            }
            var hole = gaps.subList(first, next);
            boolean isShort = hole.getLast().to() - hole.getFirst().from() <= limitNanos;
            boolean isAtSeam =
                    hole.stream().anyMatch(g -> seams.contains(g.from()) || seams.contains(g.to()));
            boolean saysLittle = hole.stream().allMatch(g -> Gaps.saysLittle(g.reason()));
            if (!isShort || !isAtSeam || !saysLittle) {
                kept.addAll(hole);
            }
        }
        return kept;
    }

    /** A configuration may have sent the samples to another stream. */
    private static List<Question> parts(Question asked, List<LocalHistory.Recorded> events) {
        var changes = new TreeMap<Long, StreamKind>();
        long pollNanos = asked.pollNanos();
        for (var event : events) {
            if (!event.isLost() && event.payload() instanceof TagCatalogue part) {
                for (var entry : part.entries()) {
                    if (entry.name().equals(asked.tag().text())) {
                        changes.put(event.at(), StreamKind.of(entry.sync()));
                        pollNanos = entry.pollNanos(); // known of a removed tag too
                    }
                }
            }
        }
        var parts = new ArrayList<Question>();
        long from = asked.from();
        var before = changes.lowerEntry(from);
        var first = changes.firstEntry();
        var stream =
                before != null
                        ? before.getValue()
                        : first == null ? asked.stream() : first.getValue();
        for (var change : changes.tailMap(from).entrySet()) {
            if (change.getValue() != stream && change.getKey() < asked.to()) {
                if (from < change.getKey()) {
                    parts.add(asked.part(stream, from, change.getKey(), pollNanos));
                }
                from = change.getKey();
                stream = change.getValue();
            }
        }
        parts.add(asked.part(stream, from, asked.to(), pollNanos));
        return parts;
    }

    private List<Gap> list(Question asked, List<LocalHistory.Recorded> events)
            throws InterruptedException {
        var kept = recorder.ask(s -> new Kept(s.view(), s.tail(asked.stream())));
        var gaps = new Gaps(asked.tag().text(), asked.from(), asked.to(), asked.pollNanos());
        long from = asked.from() - MARGIN_NANOS;
        long to = asked.to() + MARGIN_NANOS;
        feed(asked, new Source(kept, recorder.clock()), from, to, gaps);
        history.damages(asked.stream(), from, to, gaps::damaged);
        for (var event : events) {
            if (event.isLost()) {
                gaps.lost(event.at(), event.payload());
            } else {
                gaps.event(event.at(), event.payload(), asked.stream());
            }
        }
        return gaps.list();
    }

    private record Source(Kept kept, ClockLine clock) {}

    private static void feed(Question asked, Source source, long from, long to, Gaps gaps) {
        var kept = source.kept;
        var clock = source.clock;
        var view = kept.view;
        var stream = asked.stream();
        var blocks =
                new TagBlocks(
                        asked.tag(),
                        gaps,
                        (_, _) -> Optional.of(EXPIRED),
                        clock,
                        _ -> ClockLine.ONLY_EPOCH);
        var items =
                LocalHistory.inOrder(view, LocalHistory.overlapping(view, clock, stream, from, to));
        var present = present(view, stream);
        var before = before(asked, source, from);
        boolean isFound = before.map(blocks::findGroup).orElse(false);
        for (int i = 0; i < items.size() && !isFound; i++) {
            isFound =
                    open(view.read(stream, items.get(i).sequence()))
                            .map(blocks::findGroup)
                            .orElse(false);
        }
        before.ifPresent(block -> feed(blocks, block, present));
        for (var item : items) {
            open(view.read(stream, item.sequence()))
                    .ifPresent(block -> feed(blocks, block, present));
        }
        open(kept.tail).ifPresent(block -> feed(blocks, block, present));
    }

    /** The items that can be read, and the one that is not sealed yet. */
    private static RangeSet present(StoreView view, StreamKind stream) {
        return view.held(stream).with(view.last(stream) + 1);
    }

    private static void feed(TagBlocks blocks, BlockReader block, RangeSet present) {
        try {
            blocks.block(block, present);
        } catch (BadBlockException e) {
            log.warn("block unreadable reason={}", e.getMessage());
        }
    }

    /** The newest block from before a time that has a sample of the tag. */
    private static Optional<BlockReader> before(Question asked, Source source, long from) {
        var view = source.kept.view;
        var newest = source.clock.raw(from, from).getLast().to();
        var items = view.overlapping(asked.stream(), Long.MIN_VALUE, newest);
        int looked = 0;
        for (StoredItem item : LocalHistory.inOrder(view, items).reversed()) {
            var block = open(view.read(asked.stream(), item.sequence()));
            if (block.isPresent() && isBefore(asked.tag(), block.get(), source.clock, from)) {
                return block;
            }
            if (!source.clock.isStraight() && ++looked > MOST_BEFORE) {
                break;
            }
        }
        return Optional.empty();
    }

    private static boolean isBefore(TagName tag, BlockReader block, ClockLine clock, long from) {
        var columns = new SeriesColumns();
        try {
            for (int index : block.seriesOf(tag)) {
                if (clock.isStraight()) {
                    return true;
                }
                block.decode(index, columns);
                clock.correct(ClockLine.ONLY_EPOCH, columns);
                if (columns.size() > 0 && columns.sourceTimes()[columns.size() - 1] < from) {
                    return true;
                }
            }
        } catch (BadBlockException e) {
            log.warn("block unreadable reason={}", e.getMessage());
        }
        return false;
    }

    private static Optional<BlockReader> open(Optional<byte[]> bytes) {
        try {
            return bytes.isPresent()
                    ? Optional.of(BlockReader.open(bytes.get()))
                    : Optional.empty();
        } catch (BadBlockException e) {
            log.warn("block unreadable reason={}", e.getMessage());
            return Optional.empty();
        }
    }
}
