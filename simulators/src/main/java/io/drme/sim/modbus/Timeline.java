package io.drme.sim.modbus;

import io.drme.sim.modbus.RecordedExchange.Outcome;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a device did, by request and time: the rules by which a replay answers (docs/recording.md).
 * Safe for use from any thread.
 */
final class Timeline {
    /**
     * A recorded answer older than this, and than two of its intervals, is not the first choice.
     */
    private static final Duration FRESH = Duration.ofSeconds(5);

    /** A connection of the recording: its length is known only where the device ended it. */
    record Opening(long atNanos, boolean refused, long idleEndAfterNanos, boolean reset) {
        static final long NEVER = Long.MAX_VALUE;
    }

    private record Key(int unit, ByteBuffer request) {}

    private record Known(ReadRange range, RecordedExchange exchange) {}

    private record Reads(int unit, ReadRange range, Track<RecordedExchange> track) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Key, Track<RecordedExchange>> byRequest = new HashMap<>();
    private final List<Reads> reads = new ArrayList<>();
    private final Track<Opening> openings = new Track<>(Opening::atNanos);
    private long lengthNanos;

    void add(int unit, byte[] request, RecordedExchange exchange) {
        byRequest
                .computeIfAbsent(
                        new Key(unit, ByteBuffer.wrap(request)),
                        _ -> {
                            var track = new Track<RecordedExchange>(RecordedExchange::atNanos);
                            ReadRange.of(request)
                                    .ifPresent(r -> reads.add(new Reads(unit, r, track)));
                            return track;
                        })
                .add(exchange);
        reaches(exchange.atNanos() + exchange.afterNanos());
    }

    void add(Opening opening) {
        openings.add(opening);
        reaches(opening.atNanos());
    }

    /** Makes the recording at least so long. */
    void reaches(long nanos) {
        lengthNanos = Math.max(lengthNanos, nanos);
    }

    /** After all was added. */
    void sort() {
        byRequest.values().forEach(Track::sort);
        openings.sort();
    }

    long lengthNanos() {
        return lengthNanos;
    }

    /** When the first connection was opened. */
    long beginNanos() {
        return openings.isEmpty() ? 0 : openings.items().getFirst().atNanos();
    }

    int requests() {
        return byRequest.size();
    }

    void rewind() {
        lock.lock();
        try {
            byRequest.values().forEach(Track::rewind);
            openings.rewind();
        } finally {
            lock.unlock();
        }
    }

    /** How a connection that is opened now is to fare. */
    Opening opening(long nanos) {
        lock.lock();
        try {
            return openings.isEmpty()
                    ? new Opening(0, false, Opening.NEVER, false)
                    : openings.play(nanos);
        } finally {
            lock.unlock();
        }
    }

    /** What is to be done to a request now; nothing where it was never recorded. */
    Optional<RecordedExchange> reply(int unit, byte[] request, long nanos) {
        lock.lock();
        try {
            var track = byRequest.get(new Key(unit, ByteBuffer.wrap(request)));
            var range = ReadRange.of(request);
            if (track == null) {
                return range.flatMap(r -> assembled(unit, r, nanos));
            }
            var exact = track.play(nanos);
            if (range.isEmpty() || track.isFresh(nanos, FRESH.toNanos())) {
                return Optional.of(exact);
            }
            return Optional.of(assembled(unit, range.get(), nanos).orElse(exact));
        } finally {
            lock.unlock();
        }
    }

    /** An answer of what is known by other requests at that time. */
    private Optional<RecordedExchange> assembled(int unit, ReadRange range, long nanos) {
        var goods = new ArrayList<Known>();
        RecordedExchange newest = null;
        for (var one : reads) {
            if (one.unit == unit && one.range.overlaps(range)) {
                one.track
                        .known(nanos, e -> e.isGood() && one.range.fits(e.answer()))
                        .ifPresent(e -> goods.add(new Known(one.range, e)));
                var last = one.track.known(nanos);
                newest = newest == null || isBetter(last, newest, nanos) ? last : newest;
            }
        }
        if (newest == null) {
            return Optional.empty();
        }
        boolean refusedAddress = newest.isException() && newest.answer()[1] == Pdu.ILLEGAL_ADDRESS;
        if (!newest.isGood() && !refusedAddress) {
            return Optional.of(newest); // the device did this to all that was asked then
        }
        // The best stands last, and overwrites what the others say.
        goods.sort((a, b) -> rank(a.exchange, b.exchange, nanos));
        var values = new int[range.count()];
        var known = new BitSet();
        for (var good : goods) {
            for (int i = 0; i < values.length; i++) {
                if (good.range.has(range.from() + i)) {
                    values[i] = good.range.value(good.exchange.answer(), range.from() + i);
                    known.set(i);
                }
            }
        }
        return known.cardinality() < values.length
                ? Optional.empty()
                : Optional.of(
                        RecordedExchange.answered(
                                newest.atNanos(),
                                newest.afterNanos(),
                                range.answer(values),
                                0,
                                -1));
    }

    /** Whether one tells more of a time than another: newer before it, or earlier after it. */
    private static boolean isBetter(RecordedExchange one, RecordedExchange other, long nanos) {
        boolean isBefore = one.atNanos() <= nanos;
        boolean otherIsBefore = other.atNanos() <= nanos;
        if (isBefore != otherIsBefore) {
            return isBefore;
        }
        return isBefore ? one.atNanos() > other.atNanos() : one.atNanos() < other.atNanos();
    }

    private static int rank(RecordedExchange one, RecordedExchange other, long nanos) {
        return isBetter(one, other, nanos) ? 1 : isBetter(other, one, nanos) ? -1 : 0;
    }

    /** The outcome that a line names. */
    static Optional<Outcome> outcome(String end) {
        return switch (end) {
            case "left", "silent" -> Optional.of(Outcome.SILENCE);
            case "closed" -> Optional.of(Outcome.CLOSED);
            case "reset" -> Optional.of(Outcome.RESET);
            default -> Optional.empty();
        };
    }
}
