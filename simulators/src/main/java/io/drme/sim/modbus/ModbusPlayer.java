package io.drme.sim.modbus;

import io.drme.sim.fault.Fault;
import io.drme.sim.modbus.Timeline.Opening;
import io.drme.sim.record.ReplayOptions;
import io.drme.sim.record.Running;
import io.drme.time.Clock;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Is the device that was recorded: answers as it did at that time of the recording, which begins to
 * pass when the first gateway connects. A virtual thread a connection, and one for each answer that
 * is late.
 */
final class ModbusPlayer implements Running {
    /**
     * What comes sooner is waited for where requests are read, so that answers keep their order.
     */
    private static final Duration SOON = Duration.ofMillis(20);

    private final Timeline timeline;
    private final Frames frames;
    private final ReplayOptions options;
    private final Clock clock;
    private final LinkServer server;
    private final ReentrantLock lock = new ReentrantLock();
    private final LongAdder connections = new LongAdder();
    private final LongAdder requests = new LongAdder();
    private final LongAdder unknown = new LongAdder();
    private OptionalLong begunNanos = OptionalLong.empty();
    private long laps;

    /** Listens, and returns once connections are accepted. */
    ModbusPlayer(Timeline timeline, LinkUrl listen, ReplayOptions options) throws IOException {
        this.timeline = timeline;
        this.frames = listen.frames();
        this.options = options;
        this.clock = options.clock();
        this.server = new LinkServer(listen, this::serve);
    }

    /** The time of the recording; lets it begin. */
    private long position() {
        lock.lock();
        try {
            long now = clock.nanoTime();
            if (begunNanos.isEmpty()) {
                begunNanos = OptionalLong.of(now);
            }
            long passed = (long) ((now - begunNanos.getAsLong()) * options.speed());
            long at = timeline.beginNanos() + passed;
            long length = Math.max(1, timeline.lengthNanos() - timeline.beginNanos());
            if (options.end() != ReplayOptions.End.LOOP) {
                return Math.min(at, timeline.lengthNanos());
            }
            if (passed / length > laps) {
                laps = passed / length;
                timeline.rewind();
            }
            return timeline.beginNanos() + passed % length;
        } finally {
            lock.unlock();
        }
    }

    private void serve(Link link) {
        connections.increment();
        var opening = timeline.opening(position());
        if (opening.refused()) {
            link.reset();
            return;
        }
        var open = new AtomicBoolean(true);
        if (opening.idleEndAfterNanos() != Opening.NEVER) {
            later(opening.idleEndAfterNanos(), () -> endIdle(link, opening, open));
        }
        try {
            var in = new DataInputStream(link.in());
            for (var next = frames.next(in); next.isPresent(); next = frames.next(in)) {
                answer(link, next.get());
            }
        } catch (IOException _) {
            // The gateway went away.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            open.set(false);
        }
    }

    private static void endIdle(Link link, Opening opening, AtomicBoolean open) throws IOException {
        if (open.get()) {
            if (opening.reset()) {
                link.reset();
            } else {
                link.halfClose();
            }
        }
    }

    private void answer(Link link, Frames.Request request)
            throws IOException, InterruptedException {
        requests.increment();
        var reply = timeline.reply(request.unit(), request.pdu(), position());
        if (reply.isEmpty()) {
            unknown.increment();
            var refusal = Pdu.exception(request.pdu()[0] & 0x7F, Pdu.ILLEGAL_ADDRESS);
            write(link, frames.answer(request, refusal, Fault.NONE));
            return;
        }
        var recorded = reply.get();
        switch (recorded.outcome()) {
            case SILENCE -> {
                // Nothing is said; the connection stays.
            }
            case CLOSED -> late(recorded.afterNanos(), link::halfClose);
            case RESET -> late(recorded.afterNanos(), link::reset);
            case ANSWER -> {
                var bytes = framed(request, recorded);
                late(recorded.afterNanos(), () -> write(link, bytes));
            }
            case PIECES -> pieces(link, request, recorded);
        }
    }

    private byte[] framed(Frames.Request request, RecordedExchange recorded) {
        int unit = recorded.answerUnit() < 0 ? request.unit() : recorded.answerUnit();
        var named =
                new Frames.Request(request.transaction() + recorded.shift(), unit, request.pdu());
        return frames.answer(named, recorded.answer(), Fault.NONE);
    }

    private void pieces(Link link, Frames.Request request, RecordedExchange recorded)
            throws InterruptedException, IOException {
        int at = 0;
        for (var piece : recorded.pieces()) {
            var bytes = renumbered(piece.bytes(), at, request.transaction(), recorded.id());
            at += bytes.length;
            late(piece.afterNanos(), () -> write(link, bytes));
        }
    }

    /** With the transaction of this request where the recorded one's stood, at the beginning. */
    private byte[] renumbered(byte[] piece, int at, int transaction, int recorded) {
        var bytes = piece.clone();
        for (int i = 0; frames == Frames.TCP && i < bytes.length && at + i < 2; i++) {
            int shift = at + i == 0 ? Byte.SIZE : 0;
            if (bytes[i] == (byte) (recorded >> shift)) {
                bytes[i] = (byte) (transaction >> shift);
            }
        }
        return bytes;
    }

    private interface Act {
        void run() throws IOException;
    }

    /** Does it after a time of the recording: here where that is soon, else beside. */
    private void late(long nanos, Act act) throws IOException, InterruptedException {
        var wait = Duration.ofNanos((long) (nanos / options.speed()));
        if (wait.compareTo(SOON) > 0) {
            later(nanos, act);
        } else {
            clock.sleep(wait);
            act.run();
        }
    }

    private void later(long nanos, Act act) {
        var wait = Duration.ofNanos((long) (nanos / options.speed()));
        Thread.ofVirtual()
                .name("modbus-late")
                .start(() -> {
                    try {
                        clock.sleep(wait);
                        act.run();
                    } catch (IOException _) {
                        // The gateway went away.
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    private void write(Link link, byte[] bytes) throws IOException {
        OutputStream out = link.out();
        out.write(bytes);
    }

    @Override
    public String listening() {
        return server.listening();
    }

    @Override
    public Map<String, Long> counts() {
        var counts = new LinkedHashMap<String, Long>();
        counts.put("connections", connections.sum());
        counts.put("requests", requests.sum());
        counts.put("never-recorded", unknown.sum());
        return counts;
    }

    @Override
    public boolean isOver() {
        lock.lock();
        try {
            return options.end() == ReplayOptions.End.ONCE
                    && begunNanos.isPresent()
                    && (clock.nanoTime() - begunNanos.getAsLong()) * options.speed()
                            >= timeline.lengthNanos() - timeline.beginNanos();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
