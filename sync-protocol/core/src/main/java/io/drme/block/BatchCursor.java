package io.drme.block;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.ValueType;
import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Walks the batches of a block in order of arrival. Confined to its owner. */
public final class BatchCursor {
    private final Directory directory;
    private final TickColumns[] groups;

    /** For each tick in order of arrival its group and its index there. */
    private final int[] tickGroups;

    private final int[] tickIndexes;

    /** Samples in order of arrival once arranged, as indexes into the columns below. */
    private int[] order = {};

    private final int[] starts;

    /** Samples in order of series. */
    private final int[] series;

    private final int[] ticks;
    private final long[] residuals;
    private final long[] bits;
    private final byte[] qualities;
    private @Nullable String[] texts = {};
    private int samples;
    private int next;

    BatchCursor(Directory directory, BlockReader reader) throws BadBlockException {
        this.directory = directory;
        int count = directory.header.count();
        int tickCount = directory.header.ticks();
        groups = new TickColumns[directory.groups];
        for (int i = 0; i < groups.length; i++) {
            groups[i] = reader.ticks(i);
        }
        tickGroups = new int[tickCount];
        tickIndexes = new int[tickCount];
        starts = new int[tickCount + 1];
        series = new int[count];
        ticks = new int[count];
        residuals = new long[count];
        bits = new long[count];
        qualities = new byte[count];
    }

    /** Takes over what the codec decoded; the columns were sized by the checked header. */
    void addSeries(int index, SeriesCodec codec) {
        int n = codec.count;
        Arrays.fill(series, samples, samples + n, index);
        System.arraycopy(codec.ticks, 0, ticks, samples, n);
        System.arraycopy(codec.residuals, 0, residuals, samples, n);
        System.arraycopy(codec.bits, 0, bits, samples, n);
        System.arraycopy(codec.qualities, 0, qualities, samples, n);
        if (directory.types[index] == ValueType.TEXT) {
            if (texts.length == 0) {
                texts = new String[series.length];
            }
            System.arraycopy(codec.texts, 0, texts, samples, n);
        }
        samples += n;
    }

    /** Finds the order of arrival, once all series were added. */
    void arrange(ByteSource tickOrder, ByteSource sampleOrder, LongCodec longs)
            throws BadBlockException {
        if (tickOrder.remaining() > 0) {
            takeTickOrder(tickOrder, longs);
        } else {
            mergeTicks();
        }
        sortSamples();
        if (sampleOrder.remaining() > 0) {
            takeSampleOrder(sampleOrder, longs);
        }
    }

    private void takeTickOrder(ByteSource in, LongCodec longs) throws BadBlockException {
        var numbers = new long[tickGroups.length];
        longs.decode(in, numbers, numbers.length);
        in.expectEnd("the order of ticks");
        var used = new int[groups.length];
        for (int i = 0; i < numbers.length; i++) {
            long group = numbers[i];
            if (group < 0
                    || group >= groups.length
                    || used[(int) group] == groups[(int) group].size()) {
                throw ByteSource.malformed("the order of ticks does not fit the groups");
            }
            tickGroups[i] = (int) group;
            tickIndexes[i] = used[(int) group]++;
        }
    }

    /** By gateway time; ticks of equal time by group. */
    private void mergeTicks() {
        var used = new int[groups.length];
        var heads =
                new PriorityQueue<Integer>(
                        Math.max(1, groups.length),
                        Comparator.comparing(
                                        (Integer g) -> groups[g].gatewayTimes()[used[g]],
                                        Long::compareUnsigned)
                                .thenComparing(Comparator.naturalOrder()));
        for (int g = 0; g < groups.length; g++) {
            if (groups[g].size() > 0) {
                heads.add(g);
            }
        }
        for (int i = 0; i < tickGroups.length; i++) {
            int group = heads.remove();
            tickGroups[i] = group;
            tickIndexes[i] = used[group]++;
            if (used[group] < groups[group].size()) {
                heads.add(group);
            }
        }
    }

    /** Counting sort by tick; it is stable, so samples of a tick stay in order of series. */
    private void sortSamples() {
        var arrival = new int[groups.length][];
        for (int g = 0; g < groups.length; g++) {
            arrival[g] = new int[groups[g].size()];
        }
        for (int i = 0; i < tickGroups.length; i++) {
            arrival[tickGroups[i]][tickIndexes[i]] = i;
        }
        for (int i = 0; i < samples; i++) {
            ticks[i] = arrival[directory.groupOf[series[i]]][ticks[i]];
            starts[ticks[i] + 1]++;
        }
        for (int i = 0; i < tickGroups.length; i++) {
            starts[i + 1] += starts[i];
        }
        var at = Arrays.copyOf(starts, tickGroups.length);
        order = new int[samples];
        for (int i = 0; i < samples; i++) {
            order[at[ticks[i]]++] = i;
        }
    }

    private void takeSampleOrder(ByteSource in, LongCodec longs) throws BadBlockException {
        int irregular = in.takeCount(tickGroups.length, "the ticks out of order");
        var which = new int[irregular];
        long tick = 0;
        int total = 0;
        for (int i = 0; i < irregular; i++) {
            tick += in.takeCount(tickGroups.length, "the step to a tick out of order");
            if (tick >= tickGroups.length || (i > 0 && tick == which[i - 1])) {
                throw ByteSource.malformed("a tick out of order is not there, or there twice");
            }
            which[i] = (int) tick;
            total += starts[which[i] + 1] - starts[which[i]];
        }
        var ranks = new long[total];
        longs.decode(in, ranks, total);
        in.expectEnd("the order of samples");
        int n = 0;
        for (int t : which) {
            int start = starts[t];
            int size = starts[t + 1] - start;
            var sorted = Arrays.copyOfRange(order, start, start + size);
            var taken = new boolean[size];
            for (int i = 0; i < size; i++) {
                long rank = ranks[n++];
                if (rank < 0 || rank >= size || taken[(int) rank]) {
                    throw ByteSource.malformed("the order of samples is no permutation");
                }
                taken[(int) rank] = true;
                order[start + i] = sorted[(int) rank];
            }
        }
    }

    /**
     * Fills in the next batch. Its tag indexes are indexes into {@link BlockReader#series}.
     *
     * @return false at the end; then the batch is left as it was
     */
    public boolean next(Batch into) {
        if (next == tickGroups.length) {
            return false;
        }
        int group = tickGroups[next];
        int index = tickIndexes[next];
        var columns = groups[group];
        into.begin(directory.groupNumbers[group], columns.gatewayTimes()[index]);
        byte outcome = columns.outcomes()[index];
        if (!Quality.isGood(outcome)) {
            into.failed(Quality.reason(outcome));
        }
        long time = columns.sourceTimes()[index];
        for (int at = starts[next]; at < starts[next + 1]; at++) {
            int i = order[at];
            var text = texts.length == 0 ? null : texts[i];
            if (text == null) {
                into.add(series[i], time + residuals[i], bits[i], qualities[i]);
            } else {
                into.addText(series[i], time + residuals[i], text, qualities[i]);
            }
        }
        next++;
        return true;
    }
}
