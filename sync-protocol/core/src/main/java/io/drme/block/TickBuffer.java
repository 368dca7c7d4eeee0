package io.drme.block;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.ValueType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Ticks and samples gathered in order of arrival, as parallel arrays that are reused. Confined to
 * its owner.
 */
final class TickBuffer {
    private static final int FIRST_SAMPLES = 1_024;
    private static final int FIRST_TICKS = 64;

    int ticks;
    int[] groups = new int[FIRST_TICKS];
    long[] gatewayTimes = new long[FIRST_TICKS];
    byte[] outcomes = new byte[FIRST_TICKS];

    /** For each tick the index of its first sample. */
    int[] starts = new int[FIRST_TICKS];

    int samples;

    /** Whose sample it is: by the owner's numbering. */
    int[] ids = new int[FIRST_SAMPLES];

    long[] sourceTimes = new long[FIRST_SAMPLES];
    long[] bits = new long[FIRST_SAMPLES];
    byte[] qualities = new byte[FIRST_SAMPLES];
    @Nullable String[] texts = {};

    void clear() {
        Arrays.fill(texts, 0, Math.min(samples, texts.length), null);
        ticks = 0;
        samples = 0;
    }

    void addTick(int group, Batch batch) {
        if (ticks == groups.length) {
            int room = ticks * 2;
            groups = Arrays.copyOf(groups, room);
            gatewayTimes = Arrays.copyOf(gatewayTimes, room);
            outcomes = Arrays.copyOf(outcomes, room);
            starts = Arrays.copyOf(starts, room);
        }
        groups[ticks] = group;
        gatewayTimes[ticks] = batch.gatewayTime();
        outcomes[ticks] = batch.outcome();
        starts[ticks] = samples;
        ticks++;
        int needed = samples + batch.size();
        if (needed > ids.length) {
            int room = Math.max(needed, ids.length * 2);
            ids = Arrays.copyOf(ids, room);
            sourceTimes = Arrays.copyOf(sourceTimes, room);
            bits = Arrays.copyOf(bits, room);
            qualities = Arrays.copyOf(qualities, room);
        }
    }

    /** Adds a sample to the last tick; {@link #addTick} made room for the batch's samples. */
    void addSample(int id, ValueType type, Batch batch, int at) {
        byte quality = batch.qualities()[at];
        ids[samples] = id;
        sourceTimes[samples] = batch.sourceTimes()[at];
        qualities[samples] = quality;
        long value = batch.bits()[at];
        if (Quality.isBad(quality) || type == ValueType.TEXT) {
            value = 0;
        } else if (type == ValueType.BOOLEAN) {
            value = value != 0 ? 1 : 0;
        }
        bits[samples] = value;
        if (type == ValueType.TEXT && !Quality.isBad(quality)) {
            if (texts.length < ids.length) {
                texts = Arrays.copyOf(texts, ids.length);
            }
            var text = batch.text(at);
            texts[samples] = text == null ? "" : text;
        }
        samples++;
    }

    int endOf(int tick) {
        return tick + 1 < ticks ? starts[tick + 1] : samples;
    }

    @Nullable String textAt(int sample) {
        return sample < texts.length ? texts[sample] : null;
    }
}
