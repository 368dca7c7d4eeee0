package io.drme.sync;

import io.drme.model.StreamKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** What the sender knows of one stream in one session: what is receipted and what is under way. */
final class Lane {
    private final StreamKind stream;
    private final SenderLog log;
    private final Refills refills;
    private final Map<Long, UnderWay> underWay = new TreeMap<>();
    private RangeSet acknowledged = RangeSet.EMPTY;
    private RangeSet unreadable = RangeSet.EMPTY;
    private long freshFrom = 1;
    private int backlogUnderWay;
    private long bytesUnderWay;

    private record UnderWay(int bytes, int samples, long sentAtNanos, boolean backlog) {}

    /**
     * The next item to send.
     *
     * @param backlog whether it is older than the session
     */
    record Next(long sequence, boolean backlog) {}

    Lane(StreamKind stream, SenderLog log, Refills refills) {
        this.stream = stream;
        this.log = log;
        this.refills = refills;
    }

    /** Begins a session: the centre holds these; what comes from the newest item on is fresh. */
    void begin(RangeSet held) {
        forgetUnderWay();
        acknowledged = held;
        unreadable = RangeSet.EMPTY;
        freshFrom = Math.max(1, log.last(stream));
    }

    /** The ranges of a receipt; nothing where they name an item that this log never made. */
    Optional<RangeSet> known(List<Message.Receipted> receipted) {
        var ranges = new ArrayList<RangeSet.Range>();
        for (var range : receipted) {
            var ours = log.hash(stream, range.to()).orElse(ChainHash.NONE);
            boolean differs =
                    !ours.isNone() && !range.hash().isNone() && !ours.equals(range.hash());
            if (differs || range.to() > log.last(stream)) {
                return Optional.empty();
            }
            ranges.add(new RangeSet.Range(range.from(), range.to()));
        }
        return Optional.of(RangeSet.of(ranges));
    }

    /** When the last of those that are blocks under way was handed to the line. */
    OptionalLong blockLastSentOf(RangeSet ranges) {
        return underWay.entrySet().stream()
                .filter(e -> stream == StreamKind.DATA && ranges.contains(e.getKey()))
                .mapToLong(e -> e.getValue().sentAtNanos())
                .reduce((one, other) -> one - other >= 0 ? one : other);
    }

    /** Takes note of a receipt; true when it tells anything new. */
    boolean acknowledge(RangeSet ranges) {
        underWay.entrySet()
                .removeIf(e -> {
                    boolean done = ranges.contains(e.getKey());
                    if (done) {
                        landed(e.getValue());
                        refills.receipted(stream, e.getKey(), e.getValue().samples());
                    }
                    return done;
                });
        var all = acknowledged.union(ranges);
        boolean more = !all.equals(acknowledged);
        acknowledged = all;
        return more;
    }

    /**
     * The newest item of this session first, then the backlog from the oldest, then what is asked
     * for again.
     */
    Optional<Next> next(int backlogLimit) {
        var pending = notUnderWay(pending());
        if (stream == StreamKind.EVENTS) {
            // Events keep their order: who reads an alarm's end has read its beginning.
            var first = one(pending.first(), false);
            return first.isPresent() ? first : again(backlogLimit);
        }
        var fresh = one(pending.last(), false).filter(n -> n.sequence() >= freshFrom);
        if (fresh.isPresent() || backlogUnderWay >= backlogLimit) {
            return fresh;
        }
        var oldest = one(pending.first(), true);
        return oldest.isPresent() ? oldest : again(backlogLimit);
    }

    private Optional<Next> again(int backlogLimit) {
        return refills.isEmpty() || backlogUnderWay >= backlogLimit
                ? Optional.empty()
                : one(notUnderWay(refills.wanted(stream)).first(), true);
    }

    private RangeSet notUnderWay(RangeSet items) {
        var left = items;
        for (var sequence : underWay.keySet()) {
            left = left.minus(RangeSet.of(sequence, sequence));
        }
        return left;
    }

    private static Optional<Next> one(OptionalLong sequence, boolean backlog) {
        return sequence.isEmpty()
                ? Optional.empty()
                : Optional.of(new Next(sequence.getAsLong(), backlog));
    }

    /** What sort of traffic the next item is. */
    Traffic traffic(Next next) {
        return next.backlog()
                ? Traffic.BACKLOG
                : stream == StreamKind.EVENTS ? Traffic.EVENTS : Traffic.DATA;
    }

    /** What is in the log and not receipted. */
    RangeSet pending() {
        return log.held(stream).minus(acknowledged).minus(unreadable);
    }

    void sent(Next next, Item item, long nowNanos) {
        int bytes = item.payload().length;
        underWay.put(
                next.sequence(), new UnderWay(bytes, item.samples(), nowNanos, next.backlog()));
        bytesUnderWay += bytes;
        backlogUnderWay += next.backlog() ? 1 : 0;
    }

    /** The item can't be read now; do not ask for it again before {@link #lookAgain}. */
    void skip(long sequence) {
        unreadable = unreadable.with(sequence);
        refills.gone(stream, sequence);
    }

    /**
     * What could not be read may be back: where the disk fails a log writes items anew elsewhere,
     * and in between they are not found where they were.
     */
    void lookAgain() {
        unreadable = RangeSet.EMPTY;
    }

    /** What was sent is to be sent again. */
    void again(long sequence) {
        var lost = underWay.remove(sequence);
        if (lost != null) {
            landed(lost);
        }
    }

    /** Everything that was sent before a time is to be sent again; gives how many items that is. */
    int againBefore(long sentBeforeNanos) {
        int count = underWay.size();
        underWay.values()
                .removeIf(u -> {
                    boolean late = u.sentAtNanos() - sentBeforeNanos <= 0;
                    if (late) {
                        landed(u);
                    }
                    return late;
                });
        return count - underWay.size();
    }

    void forgetUnderWay() {
        underWay.clear();
        bytesUnderWay = 0;
        backlogUnderWay = 0;
    }

    private void landed(UnderWay item) {
        bytesUnderWay -= item.bytes();
        backlogUnderWay -= item.backlog() ? 1 : 0;
    }

    int itemsUnderWay() {
        return underWay.size();
    }

    long bytesUnderWay() {
        return bytesUnderWay;
    }

    /** What the log can still give, for hello. */
    Message.Holding holding() {
        return new Message.Holding(stream, log.last(stream), log.heldRanges(stream));
    }

    /**
     * How far it is, for the status: as the log knows it, which counts samples by it; a receipt
     * just taken may be ahead of that.
     */
    Message.Progress progress() {
        return new Message.Progress(
                stream,
                log.last(stream),
                pending().size(),
                log.counted(stream).newest(Limits.MAX_RANGES));
    }

    RangeSet acknowledged() {
        return acknowledged;
    }

    StreamKind stream() {
        return stream;
    }
}
