package io.drme.sync;

import io.drme.model.StreamKind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares what both sides hold, and where they differ finds the last item that they have alike. As
 * items are chained, those before an equal one are equal, and those after a different one are
 * different: a search by halves, or rather by sixty-fourths, as an answer brings many hashes.
 */
final class ForkSearch {
    private final SenderLog log;
    private final Map<StreamKind, Line> lines = new EnumMap<>(StreamKind.class);
    private boolean forked;

    /** The search in one stream: alike up to {@code common}, not alike from {@code different}. */
    private static final class Line {
        final RangeSet there;
        long common;
        long different;
        boolean done;

        Line(RangeSet there, long common, long different) {
            this.there = there;
            this.common = common;
            this.different = different;
        }
    }

    /**
     * Compares.
     *
     * @param streams all streams that are sent
     * @param suspects by stream, a number under which the centre is known to hold another item
     */
    ForkSearch(
            SenderLog log,
            Iterable<StreamKind> streams,
            List<Message.Standing> standings,
            Map<StreamKind, Long> suspects) {
        this.log = log;
        for (var stream : streams) {
            var standing =
                    standings.stream()
                            .filter(s -> s.stream() == stream)
                            .findFirst()
                            .orElse(new Message.Standing(stream, List.of(), 0, 0));
            compare(standing, suspects.getOrDefault(stream, 0L));
        }
    }

    private void compare(Message.Standing standing, long suspect) {
        var stream = standing.stream();
        var there = new ArrayList<RangeSet.Range>();
        long last = log.last(stream);
        long common = Math.min(standing.lastCommon(), last);
        long different = last + 1;
        for (long found : new long[] {standing.firstDifferent(), suspect}) {
            if (found > 0) {
                different = Math.min(different, found);
            }
        }
        for (var range : standing.held()) {
            there.add(new RangeSet.Range(range.from(), range.to()));
            for (var end :
                    List.of(
                            new Message.SequenceHash(range.from(), range.fromHash()),
                            new Message.SequenceHash(range.to(), range.toHash()))) {
                switch (against(stream, end)) {
                    case ALIKE -> common = Math.max(common, end.sequence());
                    case DIFFERENT -> different = Math.min(different, end.sequence());
                    case UNKNOWN -> {}
                }
            }
        }
        var line = new Line(RangeSet.of(there), Math.min(common, different - 1), different);
        forked |= different <= last || line.there.last().orElse(0) > last;
        lines.put(stream, line);
    }

    private enum Likeness {
        ALIKE,
        DIFFERENT,
        UNKNOWN
    }

    private Likeness against(StreamKind stream, Message.SequenceHash theirs) {
        var ours = log.hash(stream, theirs.sequence()).orElse(ChainHash.NONE);
        if (ours.isNone() || theirs.hash().isNone()) {
            return Likeness.UNKNOWN;
        }
        return ours.equals(theirs.hash()) ? Likeness.ALIKE : Likeness.DIFFERENT;
    }

    /** Whether the two sides do not have one history. */
    boolean forked() {
        return forked;
    }

    /** What the centre holds of a stream. */
    RangeSet there(StreamKind stream) {
        return line(stream).there;
    }

    /** A range whose hashes to ask for next; nothing once all is found. */
    Optional<Question> question() {
        for (var entry : lines.entrySet()) {
            var line = entry.getValue();
            if (!line.done && line.different - line.common > 1) {
                return Optional.of(
                        new Question(entry.getKey(), line.common + 1, line.different - 1));
            }
        }
        return Optional.empty();
    }

    /** A range of a stream, both ends included. */
    record Question(StreamKind stream, long from, long to) {}

    /** Takes an answer to {@link #question}; one to another question is left aside. */
    void answer(Message.HashAnswer answer) {
        var question = question();
        if (question.isEmpty()
                || !question.get()
                        .equals(new Question(answer.stream(), answer.from(), answer.to()))) {
            return;
        }
        var line = line(answer.stream());
        for (var theirs : answer.hashes()) {
            if (theirs.sequence() > line.common && theirs.sequence() < line.different) {
                switch (against(answer.stream(), theirs)) {
                    case ALIKE -> line.common = theirs.sequence();
                    case DIFFERENT -> line.different = theirs.sequence();
                    case UNKNOWN -> {}
                }
            }
        }
        // No hash moved an end: the centre holds nothing more in between that could be compared.
        line.done =
                line.common == question.get().from() - 1
                        && line.different == question.get().to() + 1;
    }

    /** What neither side holds of the history they share: lost by a restore of the centre. */
    RangeSet gone(StreamKind stream) {
        var line = line(stream);
        long shared = forked ? line.common : log.last(stream);
        return RangeSet.of(1, shared).minus(line.there).minus(log.held(stream));
    }

    /**
     * Every number that the centre does not hold, without an end: what the log takes in before the
     * new epoch is open belongs to it.
     */
    Map<StreamKind, RangeSet> lacking() {
        var lacking = new EnumMap<StreamKind, RangeSet>(StreamKind.class);
        lines.forEach((stream, line) -> {
            var alike = RangeSet.of(1, line.common).intersect(line.there);
            lacking.put(stream, RangeSet.of(1, Long.MAX_VALUE - 1).minus(alike));
        });
        return lacking;
    }

    private Line line(StreamKind stream) {
        var line = lines.get(stream);
        if (line == null) {
            throw new IllegalStateException("not a stream that is sent: " + stream);
        }
        return line;
    }
}
