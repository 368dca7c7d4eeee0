package io.drme.edge.acquisition;

import io.drme.driver.TagSpec;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import java.util.Arrays;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * The first stage behind the drivers: {@code value = raw × scale + offset}, then range, then
 * deadband, in place on a batch. What it lets pass is what pipelines and alarms see and what is
 * recorded, so that a replay of the record gives the same results.
 *
 * <p>A change of quality always passes; a bad reading that repeats the one before tells nothing new
 * and is filtered. The deadband compares with the last value <em>passed</em>, so that a slow drift
 * is reported once it has left the band.
 *
 * <p>No object a sample. Confined to the pipeline's owner thread.
 */
public final class Conditioning {
    private static final byte NEVER_PASSED = -1;

    private final DecimalScale scale = new DecimalScale();
    private double[] lows = {};
    private double[] highs = {};
    private double[] deadbands = {};

    /** The deadbands that hold: those of the file, or wider ones. */
    private double[] bands = {};

    private long widened;
    private boolean[] scaled = {};
    private ValueType[] rawTypes = {};
    private @Nullable ValueType[] types = {};
    private long[] lastBits = {};
    private byte[] lastQualities = {};

    /** Makes it; {@link #configure} tells it the tags. */
    public Conditioning() {}

    /**
     * Takes over a configuration; the last values passed are kept for tags that go on with their
     * type.
     *
     * @param table every tag in {@code specs} is in it
     */
    public void configure(TagTable table, Collection<TagSpec> specs) {
        int before = lows.length;
        int size = table.size();
        scale.resize(size);
        lows = Arrays.copyOf(lows, size);
        highs = Arrays.copyOf(highs, size);
        deadbands = Arrays.copyOf(deadbands, size);
        bands = Arrays.copyOf(bands, size);
        scaled = Arrays.copyOf(scaled, size);
        rawTypes = Arrays.copyOf(rawTypes, size);
        types = Arrays.copyOf(types, size);
        lastBits = Arrays.copyOf(lastBits, size);
        lastQualities = Arrays.copyOf(lastQualities, size);
        if (size > before) {
            Arrays.fill(lastQualities, before, size, NEVER_PASSED);
        }
        for (var spec : specs) {
            int tag = table.indexOf(spec.name()).orElseThrow();
            scale.set(tag, spec.scale(), spec.offset());
            lows[tag] = spec.low();
            highs[tag] = spec.high();
            deadbands[tag] = spec.deadband();
            bands[tag] = spec.deadband();
            scaled[tag] = spec.type() != spec.rawType() || spec.scale() != 1 || spec.offset() != 0;
            rawTypes[tag] = spec.rawType();
            if (types[tag] != null && types[tag] != spec.type()) {
                lastQualities[tag] = NEVER_PASSED; // the last bits passed mean nothing any more
            }
            types[tag] = spec.type();
        }
    }

    /** Has a tag's deadband be so many times as wide as the file says; one without has none. */
    void widen(int tag, int factor) {
        bands[tag] = deadbands[tag] * factor;
    }

    /** How many samples were filtered by a widened deadband that the file's would have passed. */
    long widened() {
        return widened;
    }

    /**
     * Conditions a batch in place.
     *
     * @return how many samples were filtered by their deadband
     */
    public int apply(Batch batch) {
        int size = batch.size();
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (conditioned(batch, i)) {
                batch.move(i, kept++);
            }
        }
        batch.truncate(kept);
        return size - kept;
    }

    /** Whether sample {@code at} passes; its bits and quality are those after scale and range. */
    private boolean conditioned(Batch batch, int at) {
        int tag = batch.tags()[at];
        byte quality = batch.qualities()[at];
        var type = rawTypes[tag];
        if (!Quality.isBad(quality) && (type == ValueType.FLOAT64 || type == ValueType.INT64)) {
            quality = numeric(batch, at, tag, type);
        }
        long bits = batch.bits()[at];
        byte last = lastQualities[tag];
        boolean passes =
                quality != last || (!Quality.isBad(quality) && leavesBand(tag, type, bits));
        if (passes) {
            lastQualities[tag] = quality;
            lastBits[tag] = bits;
        }
        return passes;
    }

    private byte numeric(Batch batch, int at, int tag, ValueType type) {
        long bits = batch.bits()[at];
        byte quality = batch.qualities()[at];
        double value = type == ValueType.INT64 ? bits : Double.longBitsToDouble(bits);
        if (scaled[tag]) {
            value = scale.apply(tag, value);
            bits = Double.doubleToRawLongBits(value);
        }
        if (value < lows[tag] || value > highs[tag]) {
            quality = Quality.bad(Reason.OUT_OF_RANGE);
            bits = 0;
        }
        batch.bits()[at] = bits;
        batch.qualities()[at] = quality;
        return quality;
    }

    private boolean leavesBand(int tag, ValueType type, long bits) {
        double band = bands[tag];
        if (band == 0 || type == ValueType.TEXT) {
            return true;
        }
        double change;
        if ((type == ValueType.INT64 && !scaled[tag]) || type == ValueType.BOOLEAN) {
            change = Math.abs((double) bits - (double) lastBits[tag]);
        } else {
            change =
                    Math.abs(
                            Double.longBitsToDouble(bits) - Double.longBitsToDouble(lastBits[tag]));
        }
        if (!(change <= band)) { // written so that a NaN on either side passes
            return true;
        }
        widened += change > deadbands[tag] ? 1 : 0;
        return false;
    }
}
