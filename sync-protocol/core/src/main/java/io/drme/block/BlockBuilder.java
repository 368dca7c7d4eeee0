package io.drme.block;

import io.drme.model.Batch;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gathers batches, ticks included, and seals them into a block.
 *
 * <p>Adding copies into reused arrays; nothing is allocated per sample once they have grown. The
 * sealed block gives back exactly these batches, in this order. Confined to its owner; {@link
 * #close} frees native memory.
 */
public final class BlockBuilder implements AutoCloseable {
    /** What a sample, a tick and a series take at worst, beside texts and names; in bytes. */
    private static final int WORST_SAMPLE_BYTES = 24;

    private static final int WORST_TICK_BYTES = 36;
    private static final int WORST_SERIES_BYTES = 256;

    /** A character of text takes at most three bytes of UTF-8. */
    private static final int WORST_CHARACTER_BYTES = 3;

    /** What a sample takes before any block was sealed: changes of decimals with their ticks. */
    private static final double FIRST_BYTES_A_SAMPLE = 2.5;

    private static final double LEAST_BYTES_A_SAMPLE = 0.1;
    private static final int TICK_BYTES = 4;

    private final BlockSealer sealer = new BlockSealer();
    private final TickBuffer ticks = new TickBuffer();
    private final List<Integer> groupNumbers = new ArrayList<>();
    private final Map<Integer, Integer> groupIndexes = new HashMap<>();
    private final List<Tag> series = new ArrayList<>();
    private final List<Integer> seriesGroups = new ArrayList<>();
    private final List<Integer> seriesTagIndexes = new ArrayList<>();
    private final SeriesIndex index = new SeriesIndex();
    private TagTable table = TagTable.EMPTY;
    private double bytesASample = FIRST_BYTES_A_SAMPLE;
    private long worstBytes;

    /** Makes an empty builder, to be used for block after block. */
    public BlockBuilder() {}

    /**
     * Whether the batch still fits. Where it does not, seal first. An empty builder takes any batch
     * that a block can hold at all.
     */
    public boolean hasRoomFor(Batch batch) {
        return isEmpty()
                || (worstBytes + worstBytes(batch) <= BlockLimits.FULL_BYTES
                        && ticks.samples + batch.size() <= BlockLimits.MAX_SAMPLES
                        && ticks.ticks < BlockLimits.MAX_TICKS);
    }

    private static long worstBytes(Batch batch) {
        long worst = WORST_TICK_BYTES + (long) batch.size() * WORST_SAMPLE_BYTES;
        for (int i = 0; i < batch.size(); i++) {
            var text = batch.text(i);
            worst += text == null ? 0 : (long) text.length() * WORST_CHARACTER_BYTES;
        }
        return worst;
    }

    /**
     * Adds a tick and its samples. A bad sample's bits are not kept.
     *
     * @param tags what the batch's tag indexes mean; a later call may bring an extended table
     * @throws IllegalStateException where {@link #hasRoomFor} says no
     */
    public void add(Batch batch, TagTable tags) {
        if (!hasRoomFor(batch) || batch.size() > BlockLimits.MAX_SAMPLES) {
            throw new IllegalStateException(
                    "a batch of %d samples does not fit beside %d"
                            .formatted(batch.size(), ticks.samples));
        }
        if (tags != table) {
            changeTable(tags);
        }
        worstBytes += worstBytes(batch);
        int group = groupIndex(batch.group());
        ticks.addTick(group, batch);
        for (int i = 0; i < batch.size(); i++) {
            int tag = batch.tags()[i];
            var type = tags.type(tag);
            int id = index.find(group, tag, type);
            if (id < 0) {
                id = newSeries(group, tag, tags.get(tag));
            }
            ticks.addSample(id, type, batch, i);
        }
    }

    /** A table that gives a known index to another tag begins new series for it. */
    private void changeTable(TagTable tags) {
        for (int i = 0; i < series.size(); i++) {
            int tag = seriesTagIndexes.get(i);
            if (tag >= tags.size() || !tags.get(tag).name().equals(series.get(i).name())) {
                index.clear();
                break;
            }
        }
        table = tags;
    }

    private int groupIndex(int number) {
        var known = groupIndexes.get(number);
        if (known != null) {
            return known;
        }
        int next = groupNumbers.size();
        groupNumbers.add(number);
        groupIndexes.put(number, next);
        return next;
    }

    private int newSeries(int group, int tagIndex, Tag tag) {
        int id = series.size();
        series.add(tag);
        seriesGroups.add(group);
        seriesTagIndexes.add(tagIndex);
        index.put(group, tagIndex, tag.type(), id);
        worstBytes += WORST_SERIES_BYTES;
        return id;
    }

    /** How many samples were added since the last seal. */
    public int samples() {
        return ticks.samples;
    }

    /** How many ticks were added since the last seal. */
    public int ticks() {
        return ticks.ticks;
    }

    /** Whether no tick was added since the last seal. */
    public boolean isEmpty() {
        return ticks() == 0;
    }

    /** About how many bytes the block would have; learns from the blocks sealed before. */
    public int approximateBytes() {
        return (int) (ticks.samples * bytesASample) + ticks.ticks * TICK_BYTES;
    }

    /**
     * Makes the block and empties the builder.
     *
     * @return the block's bytes, which the caller owns
     * @throws IllegalStateException where the builder is empty
     */
    public byte[] seal(BlockSeal seal) {
        if (isEmpty()) {
            throw new IllegalStateException("a block without a tick is no block");
        }
        var block = sealer.seal(seal, ticks, groupNumbers, series, seriesGroups);
        if (ticks.samples > 0) {
            bytesASample = Math.max(LEAST_BYTES_A_SAMPLE, (double) block.length / ticks.samples);
        }
        clear();
        return block;
    }

    /** The block as it would be sealed now, without emptying the builder: for reading only. */
    public byte[] preview(BlockSeal seal) {
        if (isEmpty()) {
            throw new IllegalStateException("a block without a tick is no block");
        }
        return sealer.seal(seal, ticks, groupNumbers, series, seriesGroups);
    }

    /** Forgets what was added. */
    public void clear() {
        ticks.clear();
        groupNumbers.clear();
        groupIndexes.clear();
        series.clear();
        seriesGroups.clear();
        seriesTagIndexes.clear();
        index.clear();
        worstBytes = 0;
    }

    @Override
    public void close() {
        sealer.close();
    }
}
