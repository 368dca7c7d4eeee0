package io.drme.log;

import io.drme.model.StreamKind;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;

/**
 * All that the store remembers apart from samples, blocks and events: what journal frames carry
 * along and the marks keep. Confined to the store's thread.
 *
 * <p>Everything is cumulative, so the newest intact copy is right by itself.
 */
final class StoreState {
    private static final int MAX_COUNTERS_BYTES = 16 * 10 + 3 * 70;

    /** How often the directory was opened. */
    long bootCount;

    /** Stamps up to this one may have been given. */
    long hlcMark;

    /** Time of the newest event. */
    long lastEventTime;

    /** Wall clock of the last commit, nanoseconds since 1970. */
    long lastCommitNanos;

    long read;
    long derived;
    long filtered;
    long acceptedData;
    long acceptedLocal;
    long acknowledged;
    long expiredLocal;
    Map<DropCause, Long> refused = new EnumMap<>(DropCause.class);
    Map<DropCause, Long> droppedData = new EnumMap<>(DropCause.class);
    Map<DropCause, Long> droppedLocal = new EnumMap<>(DropCause.class);

    /** By code less one: events, data, local. */
    private final StreamState[] streams = {new StreamState(), new StreamState(), new StreamState()};

    StreamState stream(StreamKind kind) {
        return streams[kind.code() - 1];
    }

    /** What was dropped of a stream after it was accepted, by cause. */
    Map<DropCause, Long> dropped(StreamKind kind) {
        return kind == StreamKind.LOCAL ? droppedLocal : droppedData;
    }

    static long sum(Map<DropCause, Long> byCause) {
        return byCause.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Samples accepted on a stream: the number of the next one. */
    long accepted(StreamKind kind) {
        return kind == StreamKind.LOCAL ? acceptedLocal : acceptedData;
    }

    /** Samples accepted on either stream. */
    long accepted() {
        return acceptedData + acceptedLocal;
    }

    /** Samples of {@code data} that should be held and not acknowledged. */
    long expectedPending() {
        return acceptedData - acknowledged - sum(droppedData);
    }

    /** Samples of {@code local} that should be held. */
    long expectedLocal() {
        return acceptedLocal - expiredLocal - sum(droppedLocal);
    }

    StoreState copy() {
        var copy = new StoreState();
        copy.bootCount = bootCount;
        copy.hlcMark = hlcMark;
        copy.lastEventTime = lastEventTime;
        copy.lastCommitNanos = lastCommitNanos;
        copy.read = read;
        copy.derived = derived;
        copy.filtered = filtered;
        copy.acceptedData = acceptedData;
        copy.acceptedLocal = acceptedLocal;
        copy.acknowledged = acknowledged;
        copy.expiredLocal = expiredLocal;
        copy.refused.putAll(refused);
        copy.droppedData.putAll(droppedData);
        copy.droppedLocal.putAll(droppedLocal);
        for (int i = 0; i < streams.length; i++) {
            copy.streams[i] = streams[i].copy();
        }
        return copy;
    }

    /** Writes the figures, which each frame carries. */
    void putFigures(ByteBuffer out) {
        Bytes.putVar(out, bootCount);
        Bytes.putVar(out, hlcMark);
        Bytes.putVar(out, lastEventTime);
        out.putLong(lastCommitNanos);
        Bytes.putVar(out, read);
        Bytes.putVar(out, derived);
        Bytes.putVar(out, filtered);
        Bytes.putVar(out, acceptedData);
        Bytes.putVar(out, acceptedLocal);
        Bytes.putVar(out, acknowledged);
        Bytes.putVar(out, expiredLocal);
        Bytes.putCauses(out, refused);
        Bytes.putCauses(out, droppedData);
        Bytes.putCauses(out, droppedLocal);
    }

    /** Reads what {@link #putFigures} wrote. */
    void getFigures(ByteBuffer in) {
        bootCount = Bytes.getVar(in);
        hlcMark = Bytes.getVar(in);
        lastEventTime = Bytes.getVar(in);
        lastCommitNanos = in.getLong();
        read = Bytes.getVar(in);
        derived = Bytes.getVar(in);
        filtered = Bytes.getVar(in);
        acceptedData = Bytes.getVar(in);
        acceptedLocal = Bytes.getVar(in);
        acknowledged = Bytes.getVar(in);
        expiredLocal = Bytes.getVar(in);
        refused = Bytes.getCauses(in);
        droppedData = Bytes.getCauses(in);
        droppedLocal = Bytes.getCauses(in);
    }

    /** Writes the sets, which a frame carries when they changed. */
    void putSets(ByteBuffer out) {
        for (var stream : streams) {
            stream.putSets(out);
        }
    }

    /** Reads what {@link #putSets} wrote. */
    void getSets(ByteBuffer in) {
        for (var stream : streams) {
            stream.getSets(in);
        }
    }

    /** Whether there is a tip that frames have to carry. */
    boolean hasTips() {
        for (var stream : streams) {
            if (stream.gone.last() > 0) {
                return true;
            }
        }
        return false;
    }

    /** Writes the tips of what is given up. */
    void putTips(ByteBuffer out) {
        for (var stream : streams) {
            stream.gone.putInto(out);
        }
    }

    /** Reads what {@link #putTips} wrote, where it is further than what is known. */
    void getTips(ByteBuffer in) {
        for (var stream : streams) {
            stream.reach(StreamTip.readFrom(in));
        }
    }

    /** Writes the streams' marks. */
    void putMarks(ByteBuffer out) {
        for (var stream : streams) {
            stream.putMark(out);
        }
    }

    /** Reads what {@link #putMarks} wrote. */
    void getMarks(ByteBuffer in) {
        for (var stream : streams) {
            stream.getMark(in);
        }
    }

    /** How many bytes all of it takes at most. */
    int maxBytes() {
        int bytes = MAX_COUNTERS_BYTES;
        for (var stream : streams) {
            bytes += stream.maxBytes();
        }
        return bytes;
    }
}
