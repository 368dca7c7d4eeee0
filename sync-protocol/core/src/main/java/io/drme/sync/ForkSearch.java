package io.drme.sync;

import io.drme.model.StreamKind;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares what both sides hold, and where they differ finds the last item that they have alike. As
 * items are chained, those before an equal one are equal, and those after a different one are
 * different: a search by halves, or rather by sixty-fourths, as an answer brings many hashes.
 *
 * <p>One history is what is shown to be one, not what could not be told apart: where the ends of
 * the ranges do not show it, as when the disk is in trouble or the centre closed a number without
 * knowing its hash, hashes between them are asked for, too.
 */
final class ForkSearch {
    private final SenderLog log;
    private final Map<StreamKind, Line> lines = new EnumMap<>(StreamKind.class);
    private boolean forked;

    /** The search in one stream: alike up to {@code common}, not alike from {@code different}. */
    private static final class Line {
        final RangeSet there;

        /** The newest number under which both sides hold an item, the same one or not. */
        final long shared;

        long common;
        long different;
        boolean done;

        /** The newest number held here whose hash the centre told and ours could not be read. */
        long unread;

        Line(RangeSet there, long shared, long last) {
            this.there = there;
            this.shared = shared;
            this.different = last + 1;
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
        long last = log.last(stream);
        var there =
                RangeSet.of(
                        standing.held().stream()
                                .map(r -> new RangeSet.Range(r.from(), r.to()))
                                .toList());
        var line = new Line(there, there.intersect(log.held(stream)).last().orElse(0), last);
        for (long found : new long[] {standing.firstDifferent(), suspect}) {
            if (found > 0) {
                line.different = Math.min(line.different, found);
            }
        }
        line.common = Math.min(standing.lastCommon(), last);
        for (var range : standing.held()) {
            compare(stream, line, new Message.SequenceHash(range.from(), range.fromHash()));
            compare(stream, line, new Message.SequenceHash(range.to(), range.toHash()));
        }
        line.common = Math.min(line.common, line.different - 1);
        forked |= line.different <= last || there.last().orElse(0) > last;
        lines.put(stream, line);
    }

    private void compare(StreamKind stream, Line line, Message.SequenceHash theirs) {
        long sequence = theirs.sequence();
        var ours = log.hash(stream, sequence).orElse(ChainHash.NONE);
        if (theirs.hash().isNone()) {
            return;
        }
        if (ours.isNone()) {
            if (log.held(stream).contains(sequence)) {
                line.unread = Math.max(line.unread, sequence);
            }
        } else if (ours.equals(theirs.hash())) {
            line.common = Math.max(line.common, sequence);
        } else {
            line.different = Math.min(line.different, sequence);
        }
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
            long to = forked ? line.different - 1 : line.shared;
            if (!line.done && to > line.common) {
                return Optional.of(new Question(entry.getKey(), line.common + 1, to));
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
        long common = line.common;
        long different = line.different;
        for (var theirs : answer.hashes()) {
            if (theirs.sequence() > line.common && theirs.sequence() < line.different) {
                compare(answer.stream(), line, theirs);
            }
        }
        forked |= line.different < different;
        // No hash moved an end: the centre holds nothing more in between that could be compared.
        line.done = line.common == common && line.different == different;
    }

    /**
     * Why nothing may be taken for held by the centre: there is an item under a number of both
     * sides, and the gateway's disk does not let it be read, so that nobody can say whether it is
     * the same one. Of use once there is no question any more.
     */
    Optional<String> unread() {
        for (var entry : lines.entrySet()) {
            var stream = entry.getKey();
            long sequence = entry.getValue().unread;
            if (sequence > entry.getValue().common && log.held(stream).contains(sequence)) {
                return Optional.of(
                        "%s/%d can't be read just now, to compare it with the centre's"
                                .formatted(stream.text(), sequence));
            }
        }
        return Optional.empty();
    }

    /**
     * What neither side holds: given up here, or receipted, let go here and lost by a restore of
     * the centre. After a fork too: what the centre never held of the numbers behind it, and is not
     * here, it held before it was restored.
     */
    RangeSet gone(StreamKind stream) {
        return RangeSet.of(1, log.last(stream)).minus(line(stream).there).minus(log.held(stream));
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
