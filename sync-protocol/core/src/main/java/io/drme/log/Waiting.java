package io.drme.log;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.StreamKind;
import io.drme.model.TagTable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What was appended and is not committed: ticks split by stream, the figures that go with them, and
 * events. Confined to the store's thread.
 */
final class Waiting {
    private static final int SAMPLE_BYTES = 40;
    private static final int TICK_BYTES = 48;
    private static final int CHARACTER_BYTES = 3;

    private final int maxTickBytes;
    private final List<Tick> ticks = new ArrayList<>();
    private final List<byte[]> events = new ArrayList<>();
    private final Map<DropCause, Long> refused = new EnumMap<>(DropCause.class);
    private final BitSet localGroups = new BitSet();
    private long read;
    private long derived;
    private long filtered;
    private int samples;
    private int eventBytes;
    private long newestStamp;

    /**
     * A tick on one stream.
     *
     * @param bytes what it takes in a frame or block at worst
     */
    record Tick(Batch batch, TagTable tags, StreamKind stream, long bytes) {}

    /** Takes no tick that would be longer in a frame than this. */
    Waiting(int maxTickBytes) {
        this.maxTickBytes = maxTickBytes;
    }

    void add(Intake intake, List<Batch> batches, TagTable tags) {
        long given = 0;
        for (var batch : batches) {
            given += batch.size();
        }
        if (intake.read() + intake.derived() != intake.filtered() + intake.refusedTotal() + given) {
            throw new IllegalArgumentException(
                    "%s does not add up to %d samples".formatted(intake, given));
        }
        count(intake);
        for (var batch : batches) {
            split(batch, tags);
        }
    }

    private void count(Intake intake) {
        read += intake.read();
        derived += intake.derived();
        filtered += intake.filtered();
        intake.refused().forEach((cause, n) -> refused.merge(cause, n, Long::sum));
    }

    /** Counts a pass of which the store takes no sample. */
    void refuse(Intake intake, List<Batch> batches, DropCause cause) {
        count(intake);
        for (var batch : batches) {
            refused.merge(cause, (long) batch.size(), Long::sum);
        }
        refused.values().removeIf(n -> n == 0);
    }

    private void split(Batch batch, TagTable tags) {
        newestStamp = Math.max(newestStamp, batch.gatewayTime());
        int local = 0;
        for (int i = 0; i < batch.size(); i++) {
            local += isLocal(batch, i, tags) ? 1 : 0;
        }
        boolean hasLocal = local > 0 || localGroups.get(batch.group());
        localGroups.set(batch.group(), hasLocal);
        if (!hasLocal) {
            add(batch, tags, StreamKind.DATA);
        } else if (local == batch.size() && local > 0) {
            add(batch, tags, StreamKind.LOCAL);
        } else {
            add(part(batch, tags, false), tags, StreamKind.DATA);
            add(part(batch, tags, true), tags, StreamKind.LOCAL);
        }
    }

    private static boolean isLocal(Batch batch, int at, TagTable tags) {
        return tags.stream(batch.tags()[at]) == StreamKind.LOCAL;
    }

    private static Batch part(Batch batch, TagTable tags, boolean local) {
        var part = new Batch(batch.size());
        part.begin(batch.group(), batch.gatewayTime());
        if (batch.outcome() != Quality.GOOD) {
            part.failed(Quality.reason(batch.outcome()));
        }
        for (int i = 0; i < batch.size(); i++) {
            if (isLocal(batch, i, tags) == local) {
                part.addFrom(batch, i);
            }
        }
        return part;
    }

    private void add(Batch batch, TagTable tags, StreamKind stream) {
        long bytes = TICK_BYTES + (long) batch.size() * SAMPLE_BYTES;
        for (int i = 0; i < batch.size(); i++) {
            var text = batch.text(i);
            bytes += text == null ? 0 : (long) text.length() * CHARACTER_BYTES;
        }
        if (bytes > maxTickBytes) {
            refused.merge(DropCause.TOO_LARGE, (long) batch.size(), Long::sum);
            return;
        }
        ticks.add(new Tick(batch, tags, stream, bytes));
        samples += batch.size();
    }

    void addEvent(byte[] item) {
        events.add(item);
        eventBytes += item.length;
    }

    /** Takes back the event added last. */
    void takeBackEvent() {
        eventBytes -= events.removeLast().length;
    }

    boolean isEmpty() {
        return ticks.isEmpty()
                && events.isEmpty()
                && read + derived + filtered == 0
                && refused.isEmpty();
    }

    List<Tick> ticks() {
        return ticks;
    }

    List<byte[]> events() {
        return events;
    }

    int samples() {
        return samples;
    }

    int eventBytes() {
        return eventBytes;
    }

    /** The newest stamp of a tick ever added. */
    long newestStamp() {
        return newestStamp;
    }

    /**
     * Adds to the figures of a state what goes with its first samples, so that its equations hold
     * at every frame: all of it with the last frame, of one before only what was read for its
     * samples.
     *
     * @param before samples that went with frames before
     * @param samples samples that go with this one
     */
    void countInto(StoreState state, long before, long samples, boolean last) {
        long readBefore = Math.min(read, before);
        long derivedBefore = before - readBefore;
        if (last) {
            state.read += read - readBefore;
            state.derived += derived - derivedBefore;
            state.filtered += filtered;
            refused.forEach((cause, n) -> state.refused.merge(cause, n, Long::sum));
        } else {
            long readNow = Math.min(read - readBefore, samples);
            state.read += readNow;
            state.derived += samples - readNow;
        }
    }

    /** Forgets the events: they are committed. */
    void clearEvents() {
        events.clear();
        eventBytes = 0;
    }

    /**
     * Forgets what is committed: the first ticks with so many samples, and the first events. With
     * the last of them go the figures of all.
     */
    void remove(int ticksDone, long samplesDone, int eventsDone) {
        if (ticksDone == ticks.size() && eventsDone == events.size()) {
            clear();
            return;
        }
        ticks.subList(0, ticksDone).clear();
        long readDone = Math.min(read, samplesDone);
        read -= readDone;
        derived -= samplesDone - readDone;
        samples -= (int) samplesDone;
        for (var event : events.subList(0, eventsDone)) {
            eventBytes -= event.length;
        }
        events.subList(0, eventsDone).clear();
    }

    private void clear() {
        ticks.clear();
        events.clear();
        refused.clear();
        read = 0;
        derived = 0;
        filtered = 0;
        samples = 0;
        eventBytes = 0;
    }
}
