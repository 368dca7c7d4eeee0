package io.drme.sim.modbus;

import io.drme.sim.record.LineWriter;
import io.drme.sim.record.LineWriter.Piece;
import io.drme.sim.record.RecordingWriter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Makes lines of a recording of what passes over one connection (docs/recording.md). Each direction
 * has a thread of its own, so it is safe for use from any thread.
 */
final class ConnectionLog {
    /** What comes in pieces no further apart is written as one answer. */
    static final Duration ONE_ANSWER = Duration.ofMillis(50);

    /** More unanswered requests at a time no gateway has; the oldest is taken for unanswered. */
    static final int MOST_PENDING = 16;

    private final RecordingWriter out;
    private final Frames frames;
    private final int number;
    private final RecordCounts counts;
    private final ReentrantLock lock = new ReentrantLock();
    private final FrameCutter requests;
    private final FrameCutter answers;
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();
    private @Nullable Pending answering;
    private boolean ended;

    private static final class Pending {
        final long atNanos;
        final FrameCutter.Message request;
        final List<Piece> pieces = new ArrayList<>();

        Pending(long atNanos, FrameCutter.Message request) {
            this.atNanos = atNanos;
            this.request = request;
        }
    }

    /** Records that a connection was opened. */
    ConnectionLog(RecordingWriter out, Frames frames, int number, RecordCounts counts) {
        this.out = out;
        this.frames = frames;
        this.number = number;
        this.counts = counts;
        this.requests = new FrameCutter(frames, false);
        this.answers = new FrameCutter(frames, true);
        out.write(line(out.now(), "open"));
    }

    private LineWriter line(long atNanos, String kind) {
        return LineWriter.at(atNanos, kind).number("conn", number);
    }

    /** Takes what the gateway sends, before it goes to the device. */
    void fromGateway(byte[] bytes, int count) {
        lock.lock();
        try {
            long now = out.now();
            for (int at = 0; at < count; ) {
                at += requests.wanted(bytes, at, count - at);
                if (requests.isWhole()) {
                    asked(new Pending(now, requests.take()));
                } else if (requests.isJunk() || requests.hasLength()) {
                    counts.junk();
                    requests.clear();
                    return;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void asked(Pending asked) {
        counts.request();
        // What has answered in part will not do so behind another request; on a line, where one
        // asks at a time, what has not answered was given up.
        finish(answering);
        while (!pending.isEmpty() && (frames == Frames.RTU || pending.size() == MOST_PENDING)) {
            unanswered(pending.removeFirst(), "silent");
        }
        pending.addLast(asked);
    }

    /** Takes what the device sent, before it goes to the gateway. */
    void fromDevice(byte[] bytes, int count) {
        lock.lock();
        try {
            long now = out.now();
            for (int at = 0; at < count; ) {
                int used = answers.wanted(bytes, at, count - at);
                take(now, Arrays.copyOfRange(bytes, at, at + used));
                at += used;
            }
        } finally {
            lock.unlock();
        }
    }

    private void take(long now, byte[] piece) {
        boolean whole = answers.isWhole();
        boolean ends = whole || answers.isJunk() || answers.hasLength();
        var message = whole ? answers.take() : null;
        if (ends) {
            answers.clear();
        }
        var to = answering == null ? owner(message) : answering;
        if (to == null) {
            out.write(line(now, "stray").bytes("bytes", piece));
            counts.stray();
            return;
        }
        to.pieces.add(new Piece(now - to.atNanos, piece));
        answering = to;
        if (message != null) {
            answered(to, message);
        }
    }

    /** Whose answer begins: by its number where there is one, else the newest request's. */
    private @Nullable Pending owner(FrameCutter.@Nullable Message message) {
        if (frames == Frames.TCP && message != null) {
            for (var one : pending) {
                if (one.request.transaction() == message.transaction()) {
                    return one;
                }
            }
        }
        return pending.peekLast();
    }

    private void answered(Pending to, FrameCutter.Message answer) {
        pending.remove(to);
        answering = null;
        if (!isInOne(to.pieces)) {
            writePieces(to);
            return;
        }
        var line = exchange(to).time("after", to.pieces.getLast().afterNanos());
        line.bytes("answer", answer.pdu());
        int shift = answer.transaction() - to.request.transaction();
        if (shift != 0) {
            line.number("transaction", shift);
        }
        if (answer.unit() != to.request.unit()) {
            line.number("answer-unit", answer.unit());
        }
        counts.answer(answer.pdu());
        out.write(line);
    }

    private static boolean isInOne(List<Piece> pieces) {
        for (int i = 1; i < pieces.size(); i++) {
            long gap = pieces.get(i).afterNanos() - pieces.get(i - 1).afterNanos();
            if (gap > ONE_ANSWER.toNanos()) {
                return false;
            }
        }
        return true;
    }

    private LineWriter exchange(Pending of) {
        return line(of.atNanos, "exchange")
                .number("unit", of.request.unit())
                .bytes("request", of.request.pdu());
    }

    private void writePieces(Pending of) {
        counts.odd();
        var line = exchange(of);
        if (frames == Frames.TCP) {
            line.number("id", of.request.transaction());
        }
        out.write(line.pieces("pieces", of.pieces));
    }

    private void finish(@Nullable Pending begun) {
        if (begun != null) {
            pending.remove(begun);
            answering = null;
            answers.clear();
            writePieces(begun);
        }
    }

    private void unanswered(Pending one, String end) {
        counts.unanswered();
        out.write(exchange(one).time("after", out.now() - one.atNanos).text("end", end));
    }

    /**
     * Records that one side ended the connection; what the other does then is of no interest.
     *
     * @param by gateway or device
     * @param how closed or reset
     */
    void ended(String by, String how) {
        lock.lock();
        try {
            if (ended) {
                return;
            }
            ended = true;
            finish(answering);
            boolean waiting = !pending.isEmpty();
            while (!pending.isEmpty()) {
                unanswered(pending.removeFirst(), by.equals("gateway") ? "left" : how);
            }
            var line = line(out.now(), "end").text("by", by).text("how", how);
            if (waiting) {
                line.text("during", "request");
            }
            out.write(line);
        } finally {
            lock.unlock();
        }
    }
}
