package io.drme.block;

import io.drme.model.Tag;
import io.drme.time.Hlc;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/** Turns gathered ticks and samples into a block's bytes. Reused; confined to its owner. */
final class BlockSealer implements AutoCloseable {
    private final SeriesCodec codec = new SeriesCodec();
    private final Summary summary = new Summary();
    private final Squeezer squeezer = new Squeezer(BlockFormat.ZSTD_LEVEL);
    private final ByteSink column = new ByteSink();
    private final ByteSink body = new ByteSink();
    private final ByteSink directory = new ByteSink();
    private final ByteSink inline = new ByteSink();
    private final ByteSink names = new ByteSink();
    private final ByteSink types = new ByteSink();
    private final ByteSink flags = new ByteSink();
    private final ByteSink groups = new ByteSink();
    private final ByteSink counts = new ByteSink();
    private final ByteSink bads = new ByteSink();
    private final ByteSink lengths = new ByteSink();
    private final StatsColumns stats = new StatsColumns();
    private final CRC32C crc = new CRC32C();

    /** Samples in order of series, for each series in order of arrival. */
    private int[] bySeries = {};

    private int[] seriesStarts = {};
    private int[] tickOfSample = {};

    /** For each tick its index in its group, and the time that source times are relative to. */
    private int[] indexInGroup = {};

    private long[] tickTimes = {};
    private int[] ticksOfGroup = {};

    /** Ticks in order of group, for each group in order of arrival. */
    private int[] byGroup = {};

    private int[] groupStarts = {};
    private long[] numbers = {};
    private byte[] outcomes = {};
    private long firstTime;
    private long lastTime;

    /**
     * Makes a block.
     *
     * @param ticks what it holds; groups and ids are indexes into the next two
     * @param groupNumbers the gateway's number of each poll group
     * @param tags the tag of each series
     * @param seriesGroups the poll group of each series, by index
     */
    byte[] seal(
            BlockSeal seal,
            TickBuffer ticks,
            List<Integer> groupNumbers,
            List<Tag> tags,
            List<Integer> seriesGroups) {
        for (var sink : new ByteSink[] {body, directory, inline, names, types, flags, groups}) {
            sink.clear();
        }
        counts.clear();
        bads.clear();
        lengths.clear();
        stats.clear();
        sort(ticks, groupNumbers.size(), tags.size());
        findTimes(ticks);
        putGroups(ticks, groupNumbers);
        putTickOrder(ticks);
        putSampleOrder(ticks);
        var before = "";
        for (int i = 0; i < tags.size(); i++) {
            var tag = tags.get(i);
            putName(before, tag.name().text());
            before = tag.name().text();
            putSeries(ticks, i, tag, seriesGroups.get(i));
        }
        for (var sink : new ByteSink[] {names, types, flags, groups, counts, bads, lengths}) {
            directory.putAll(sink);
        }
        stats.putAllInto(directory);
        directory.putAll(inline);
        return assemble(seal, ticks, groupNumbers.size(), tags.size());
    }

    private void sort(TickBuffer ticks, int groupCount, int seriesCount) {
        if (bySeries.length < ticks.samples) {
            bySeries = new int[ticks.samples];
            tickOfSample = new int[ticks.samples];
        }
        if (indexInGroup.length < ticks.ticks) {
            indexInGroup = new int[ticks.ticks];
            tickTimes = new long[ticks.ticks];
            byGroup = new int[ticks.ticks];
        }
        numbers = atLeast(numbers, Math.max(ticks.ticks, ticks.samples));
        outcomes = outcomes.length < ticks.ticks ? new byte[ticks.ticks] : outcomes;
        ticksOfGroup = new int[groupCount];
        seriesStarts = new int[seriesCount + 1];
        for (int tick = 0; tick < ticks.ticks; tick++) {
            indexInGroup[tick] = ticksOfGroup[ticks.groups[tick]]++;
            int from = ticks.starts[tick];
            int to = ticks.endOf(tick);
            tickTimes[tick] =
                    from < to ? ticks.sourceTimes[from] : Hlc.epochNanos(ticks.gatewayTimes[tick]);
            for (int i = from; i < to; i++) {
                tickOfSample[i] = tick;
                seriesStarts[ticks.ids[i] + 1]++;
            }
        }
        for (int i = 0; i < seriesCount; i++) {
            seriesStarts[i + 1] += seriesStarts[i];
        }
        groupStarts = new int[groupCount + 1];
        for (int i = 0; i < groupCount; i++) {
            groupStarts[i + 1] = groupStarts[i] + ticksOfGroup[i];
        }
        for (int tick = 0; tick < ticks.ticks; tick++) {
            byGroup[groupStarts[ticks.groups[tick]] + indexInGroup[tick]] = tick;
        }
        var next = Arrays.copyOf(seriesStarts, seriesCount);
        for (int i = 0; i < ticks.samples; i++) {
            bySeries[next[ticks.ids[i]]++] = i;
        }
    }

    private static long[] atLeast(long[] array, int length) {
        return array.length < length ? new long[length] : array;
    }

    private void findTimes(TickBuffer ticks) {
        long[] times = ticks.samples == 0 ? tickTimes : ticks.sourceTimes;
        int count = ticks.samples == 0 ? ticks.ticks : ticks.samples;
        firstTime = times[0];
        lastTime = times[0];
        for (int i = 1; i < count; i++) {
            firstTime = Math.min(firstTime, times[i]);
            lastTime = Math.max(lastTime, times[i]);
        }
    }

    private void putGroups(TickBuffer ticks, List<Integer> groupNumbers) {
        for (int group = 0; group < groupNumbers.size(); group++) {
            column.clear();
            int n = ticksOfGroup[group];
            putTickTable(ticks, group, n);
            directory.putZigzag(groupNumbers.get(group));
            directory.putVarint(n);
            boolean squeezed = putIntoBody();
            int stored = squeezed ? squeezer.resultLength() : column.length();
            directory.putVarint((long) stored << 1 | (squeezed ? 1 : 0));
            if (squeezed) {
                directory.putVarint(column.length());
            }
        }
    }

    private void putTickTable(TickBuffer ticks, int group, int n) {
        column.putByte(0);
        putTickColumn(ticks, group, 0);
        codec.longs.encode(numbers, n, column);
        int flags = 0;
        putTickColumn(ticks, group, 1);
        if (!SeriesCodec.allZero(numbers, n)) {
            flags |= BlockFormat.TICK_MILLIS_FLAG;
            codec.longs.encode(numbers, n, column);
        }
        putTickColumn(ticks, group, 2);
        if (!SeriesCodec.allZero(numbers, n)) {
            flags |= BlockFormat.TICK_COUNTERS_FLAG;
            codec.longs.encode(numbers, n, column);
        }
        if (!ByteRuns.allGood(outcomes, n)) {
            flags |= BlockFormat.TICK_OUTCOMES_FLAG;
            ByteRuns.encode(outcomes, n, column);
        }
        column.array()[0] = (byte) flags;
    }

    private void putTickColumn(TickBuffer ticks, int group, int which) {
        for (int i = 0; i < ticksOfGroup[group]; i++) {
            int tick = byGroup[groupStarts[group] + i];
            long stamp = ticks.gatewayTimes[tick];
            outcomes[i] = ticks.outcomes[tick];
            numbers[i] =
                    switch (which) {
                        case 0 -> tickTimes[tick] - firstTime;
                        case 1 ->
                                Hlc.millis(stamp)
                                        - Math.floorDiv(
                                                tickTimes[tick], BlockFormat.NANOS_PER_MILLI);
                        default -> Hlc.counter(stamp);
                    };
        }
    }

    /** Appends the column to the body, compressed where that is shorter. */
    private boolean putIntoBody() {
        boolean squeezed =
                column.length() >= BlockFormat.SQUEEZE_FROM_BYTES
                        && squeezer.squeeze(column.array(), 0, column.length());
        if (squeezed) {
            body.putBytes(squeezer.result(), 0, squeezer.resultLength());
        } else {
            body.putAll(column);
        }
        return squeezed;
    }

    /** The group of each tick, where that is not the order of (gateway time, group). */
    private void putTickOrder(TickBuffer ticks) {
        boolean canonical = true;
        for (int i = 1; i < ticks.ticks; i++) {
            int order = Long.compareUnsigned(ticks.gatewayTimes[i - 1], ticks.gatewayTimes[i]);
            canonical &= order < 0 || (order == 0 && ticks.groups[i - 1] <= ticks.groups[i]);
        }
        int from = body.length();
        if (!canonical) {
            for (int i = 0; i < ticks.ticks; i++) {
                numbers[i] = ticks.groups[i];
            }
            codec.longs.encode(numbers, ticks.ticks, body);
        }
        directory.putVarint(body.length() - from);
    }

    /** For ticks whose samples did not come in order of series: the place of each by series. */
    private void putSampleOrder(TickBuffer ticks) {
        int from = body.length();
        int irregular = 0;
        int last = 0;
        int n = 0;
        column.clear();
        for (int tick = 0; tick < ticks.ticks; tick++) {
            int start = ticks.starts[tick];
            int end = ticks.endOf(tick);
            boolean regular = true;
            for (int i = start + 1; i < end; i++) {
                regular &= ticks.ids[i - 1] <= ticks.ids[i];
            }
            if (!regular) {
                irregular++;
                column.putVarint(tick - last);
                last = tick;
                n = putRanks(ticks, start, end, n);
            }
        }
        if (irregular > 0) {
            body.putVarint(irregular);
            body.putAll(column);
            codec.longs.encode(numbers, n, body);
        }
        directory.putVarint(body.length() - from);
    }

    private int putRanks(TickBuffer ticks, int start, int end, int n) {
        var keys = new long[end - start];
        for (int i = start; i < end; i++) {
            keys[i - start] = (long) ticks.ids[i] << 32 | (i - start);
        }
        Arrays.sort(keys);
        for (int rank = 0; rank < keys.length; rank++) {
            numbers[n + (int) keys[rank]] = rank;
        }
        return n + keys.length;
    }

    private void putName(String before, String name) {
        int shared = 0;
        int limit = Math.min(before.length(), name.length());
        while (shared < limit && before.charAt(shared) == name.charAt(shared)) {
            shared++;
        }
        var rest = name.substring(shared).getBytes(StandardCharsets.US_ASCII);
        names.putVarint(shared);
        names.putVarint(rest.length);
        names.putBytes(rest, 0, rest.length);
    }

    private void putSeries(TickBuffer ticks, int series, Tag tag, int group) {
        int from = seriesStarts[series];
        int n = seriesStarts[series + 1] - from;
        gather(ticks, from, n);
        column.clear();
        int how = codec.encode(tag.type(), ticksOfGroup[group], column);
        int exponent = codec.exactExponent();
        for (int i = 0; i < n; i++) {
            codec.residuals[i] = ticks.sourceTimes[bySeries[from + i]];
        }
        summary.compute(tag.type(), codec.residuals, codec.bits, codec.qualities, n);
        types.putByte(tag.type().code());
        groups.putVarint(group);
        counts.putVarint(n);
        bads.putVarint(summary.badCount);
        if (n < BlockFormat.INLINE_BELOW) {
            inline.putAll(column);
            lengths.putVarint(column.length());
        } else {
            if (n >= BlockFormat.STATS_FROM) {
                stats.putTimes(summary, firstTime, lastTime);
                if (summary.complete) {
                    how |= SeriesCodec.STATS_FLAG;
                    stats.putNumbers(tag.type(), summary, n - summary.badCount, exponent);
                }
            }
            if (putIntoBody()) {
                how |= SeriesCodec.ZSTD_FLAG;
                lengths.putVarint(squeezer.resultLength());
                lengths.putVarint(column.length());
            } else {
                lengths.putVarint(column.length());
            }
        }
        flags.putByte(how);
    }

    private void gather(TickBuffer ticks, int from, int n) {
        codec.reserve(n, true);
        codec.count = n;
        for (int i = 0; i < n; i++) {
            int sample = bySeries[from + i];
            int tick = tickOfSample[sample];
            codec.ticks[i] = indexInGroup[tick];
            codec.residuals[i] = ticks.sourceTimes[sample] - tickTimes[tick];
            codec.qualities[i] = ticks.qualities[sample];
            codec.bits[i] = ticks.bits[sample];
            codec.texts[i] = ticks.textAt(sample);
        }
    }

    private byte[] assemble(BlockSeal seal, TickBuffer ticks, int groupCount, int seriesCount) {
        var out = column;
        out.clear();
        putHeader(seal, ticks, out);
        out.putVarint(groupCount);
        out.putVarint(seriesCount);
        boolean squeezed =
                directory.length() >= BlockFormat.SQUEEZE_FROM_BYTES
                        && squeezer.squeeze(directory.array(), 0, directory.length());
        out.putVarint((long) directory.length() << 1 | (squeezed ? 1 : 0));
        if (squeezed) {
            out.putVarint(squeezer.resultLength());
            out.putBytes(squeezer.result(), 0, squeezer.resultLength());
        } else {
            out.putAll(directory);
        }
        out.putAll(body);
        crc.reset();
        crc.update(out.array(), 0, out.length());
        out.putInt((int) crc.getValue());
        if (out.length() > BlockLimits.MAX_BLOCK_BYTES) {
            throw new IllegalStateException(
                    "a block of %d bytes exceeds %d: a batch is too large to be stored"
                            .formatted(out.length(), BlockLimits.MAX_BLOCK_BYTES));
        }
        return out.toBytes();
    }

    private void putHeader(BlockSeal seal, TickBuffer ticks, ByteSink out) {
        out.putInt(BlockFormat.MAGIC);
        out.putByte(BlockFormat.VERSION);
        var envelope = seal.envelope();
        out.putByte(seal.stream().code() | (envelope == null ? 0 : BlockFormat.ENVELOPE_FLAG));
        var fixed = ByteBuffer.allocate(2 * Long.BYTES + BlockHash.LENGTH_BYTES);
        fixed.putLong(seal.epoch().high()).putLong(seal.epoch().low());
        seal.previous().putInto(fixed);
        out.putBytes(fixed.array(), 0, fixed.capacity());
        var gateway = seal.gateway().text().getBytes(StandardCharsets.US_ASCII);
        out.putByte(gateway.length);
        out.putBytes(gateway, 0, gateway.length);
        out.putVarint(seal.sequence());
        out.putVarint(seal.firstOrdinal());
        out.putVarint(seal.schemaVersion());
        out.putVarint(seal.configurationVersion());
        out.putVarint(seal.journalPosition());
        if (envelope != null) {
            out.putVarint(envelope.fromSequence());
            out.putVarint(envelope.toSequence() - envelope.fromSequence());
            out.putVarint(envelope.samples());
            out.putVarint(envelope.intervalNanos());
        }
        int unitExponent = unitExponent(firstTime, lastTime - firstTime);
        long unit = (long) Decimals.power(unitExponent);
        out.putByte(unitExponent);
        out.putZigzag(firstTime / unit);
        out.putVarint(Long.divideUnsigned(lastTime - firstTime, unit));
        out.putVarint(ticks.samples);
        out.putVarint(ticks.ticks);
    }

    /** The greatest power of ten, up to seconds in nanoseconds, that divides both. */
    private static int unitExponent(long time, long span) {
        int exponent = 0;
        long unit = 10;
        while (exponent < BlockFormat.MAX_UNIT_EXPONENT
                && time % unit == 0
                && Long.remainderUnsigned(span, unit) == 0) {
            exponent++;
            unit *= 10;
        }
        return exponent;
    }

    @Override
    public void close() {
        squeezer.close();
    }
}
