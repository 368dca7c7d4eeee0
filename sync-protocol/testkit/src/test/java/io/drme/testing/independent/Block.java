package io.drme.testing.independent;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A block, read whole. */
final class Block {
    private static final int HASH_BYTES = 16;
    private static final int MOST = 1 << 20;
    private static final int LEAST_IN_BODY = 5;
    private static final int LEAST_WITH_STATISTICS = 512;
    private static final Cursor NONE = new Cursor(new byte[0]);

    final Header header;
    final List<Group> groups = new ArrayList<>();
    final List<Series> series = new ArrayList<>();
    final Set<String> met = new TreeSet<>();
    private @Nullable Arrival arrival;

    /**
     * The header's fields; times in nanoseconds since 1970.
     *
     * @param envelopes first and last sequence replaced, samples, interval; none where it is none
     */
    record Header(
            int stream,
            String epoch,
            String previous,
            String gateway,
            long sequence,
            long firstOrdinal,
            long schema,
            long configuration,
            long journal,
            List<Long> envelopes,
            long firstTime,
            long lastTime,
            int count,
            int ticks) {}

    /** A poll group's ticks. */
    static final class Group {
        long number;
        int ticks;
        int bytes;
        long expanded = -1;
        long[] times = {};
        long[] gatewayTimes = {};
        byte[] outcomes = {};
    }

    /** One tag's samples. */
    static final class Series {
        String tag = "";
        int type;
        int flags;
        int group;
        int count;
        int bad;
        int bytes;
        long expanded = -1;
        @Nullable Statistics given;
        int[] ticks = {};
        long[] times = {};
        byte[] qualities = {};
        long[] bits = {};
        @Nullable String[] texts = {};

        String name() {
            return tag + ":" + List.of("", "BOOLEAN", "INT64", "FLOAT64", "TEXT").get(type);
        }
    }

    private Block(Header header) {
        this.header = header;
    }

    static String hash(byte[] bytes) {
        try {
            var all = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(all, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static Block read(byte[] bytes) {
        var crc = new CRC32C();
        Malformed.unless(bytes.length > 4, "too short");
        crc.update(bytes, 0, bytes.length - 4);
        var all = new Cursor(bytes);
        var in = all.part(bytes.length - 4);
        Malformed.unless(in.text(4, StandardCharsets.US_ASCII).equals("DRMB"), "magic");
        Malformed.unless(all.u32() == (int) crc.getValue(), "checksum");
        Malformed.unless(in.u8() == 1, "version");
        int stream = in.u8();
        var epoch = HexFormat.of().formatHex(in.take(16));
        var previous = HexFormat.of().formatHex(in.take(16));
        var gateway = in.text(in.u8(), StandardCharsets.US_ASCII);
        var numbers = new long[5];
        Arrays.setAll(numbers, _ -> in.varint());
        var envelopes = new ArrayList<Long>();
        for (int i = 0; i < (stream >= 0x80 ? 4 : 0); i++) {
            envelopes.add(i == 1 ? envelopes.getFirst() + in.varint() : in.varint());
        }
        long unit = 1;
        for (int u = in.u8(); u > 0; u--) {
            unit *= 10;
        }
        long first = in.zigzag() * unit;
        long last = first + in.varint() * unit;
        int count = in.count(MOST);
        int ticks = in.count(MOST);
        var block =
                new Block(
                        new Header(
                                stream & 0x7f,
                                epoch,
                                previous,
                                gateway,
                                numbers[0],
                                numbers[1],
                                numbers[2],
                                numbers[3],
                                numbers[4],
                                List.copyOf(envelopes),
                                first,
                                last,
                                count,
                                ticks));
        block.readRest(in);
        return block;
    }

    /** Every tick in order of arrival, as a line: group, times, outcome, and its samples. */
    List<String> lines() {
        return Objects.requireNonNull(arrival).lines();
    }

    private void readRest(Cursor in) {
        int groupCount = in.count(MOST);
        int seriesCount = in.count(MOST);
        long length = in.varint();
        var directory =
                (length & 1) == 0
                        ? in.part(length >>> 1)
                        : in.part(in.varint()).expanded(length >>> 1);
        for (int i = 0; i < groupCount; i++) {
            readGroup(directory);
        }
        long orderOfTicks = directory.varint();
        long orderOfSamples = directory.varint();
        readSeriesColumns(directory, seriesCount);
        Statistics.read(
                directory,
                header,
                series.stream().filter(s -> s.count >= LEAST_WITH_STATISTICS).toList());
        var stored = new ArrayList<Cursor>();
        for (var one : series) {
            stored.add(one.count < LEAST_IN_BODY ? directory.part(one.bytes) : NONE);
        }
        directory.end("directory");
        for (var group : groups) {
            readTicks(group, in.part(group.bytes));
        }
        var ticks = in.part(orderOfTicks);
        var samples = in.part(orderOfSamples);
        for (int i = 0; i < series.size(); i++) {
            var one = series.get(i);
            readSeries(one, one.count < LEAST_IN_BODY ? stored.get(i) : in.part(one.bytes));
        }
        in.end("block");
        arrival = new Arrival(this, ticks, samples);
    }

    private void readGroup(Cursor in) {
        var group = new Group();
        group.number = in.zigzag();
        group.ticks = in.count(MOST);
        int length = in.count(Integer.MAX_VALUE);
        group.bytes = length >>> 1;
        group.expanded = (length & 1) != 0 ? in.varint() : -1;
        groups.add(group);
    }

    private void readSeriesColumns(Cursor in, int n) {
        var before = "";
        for (int i = 0; i < n; i++) {
            var one = new Series();
            before = name(in, before);
            one.tag = before;
            series.add(one);
        }
        series.forEach(s -> s.type = in.u8());
        series.forEach(s -> s.flags = in.u8());
        series.forEach(s -> s.group = in.count(groups.size() - 1));
        series.forEach(s -> s.count = in.count(header.count));
        series.forEach(s -> s.bad = in.count(s.count));
        for (var one : series) {
            one.bytes = in.count(Integer.MAX_VALUE);
            one.expanded = (one.flags & 0x40) != 0 ? in.varint() : -1;
        }
    }

    static String name(Cursor in, String before) {
        int shared = in.count(before.length());
        return before.substring(0, shared) + in.text(in.varint(), StandardCharsets.US_ASCII);
    }

    private void readTicks(Group group, Cursor stored) {
        var in = group.expanded < 0 ? stored : stored.expanded(group.expanded);
        int flags = in.u8();
        var integers = new Integers(met);
        group.times = integers.read(in, group.ticks);
        var millis = (flags & 1) != 0 ? integers.read(in, group.ticks) : new long[group.ticks];
        var counters = (flags & 2) != 0 ? integers.read(in, group.ticks) : new long[group.ticks];
        group.outcomes = (flags & 4) != 0 ? runs(in, group.ticks) : new byte[group.ticks];
        group.gatewayTimes = new long[group.ticks];
        for (int i = 0; i < group.ticks; i++) {
            group.times[i] += header.firstTime;
            group.gatewayTimes[i] =
                    ((Math.floorDiv(group.times[i], 1_000_000) + millis[i]) << 16) | counters[i];
        }
        in.end("tick table");
        met.add("tick flags " + flags);
    }

    private static byte[] runs(Cursor in, int n) {
        var all = new byte[n];
        for (int at = 0; at < n; ) {
            int quality = in.u8();
            int length = in.count(n - at);
            Malformed.unless(length > 0, "an empty run");
            Arrays.fill(all, at, at + length, (byte) quality);
            at += length;
        }
        return all;
    }

    private void readSeries(Series one, Cursor stored) {
        var in = one.expanded < 0 ? stored : stored.expanded(one.expanded);
        var group = groups.get(one.group);
        var integers = new Integers(met);
        met.add("presence " + (one.flags & 3) + (one.expanded < 0 ? "" : ", zstd"));
        one.ticks = presence(in, one.flags & 3, one.count, group.ticks);
        one.times = (one.flags & 4) != 0 ? integers.read(in, one.count) : new long[one.count];
        for (int i = 0; i < one.count; i++) {
            Malformed.unless(one.ticks[i] < group.ticks, "a sample at tick " + one.ticks[i]);
            one.times[i] += group.times[one.ticks[i]];
        }
        one.qualities = (one.flags & 8) != 0 ? runs(in, one.count) : new byte[one.count];
        int values = 0;
        for (byte quality : one.qualities) {
            values += isBad(quality) ? 0 : 1;
        }
        Malformed.unless(values == one.count - one.bad, values + " values");
        var column = new SeriesValues(met).read(in, one.type, (one.flags >> 4) & 3, values);
        in.end("series");
        one.bits = new long[one.count];
        one.texts = new String[one.count];
        for (int i = 0, v = 0; i < one.count; i++) {
            if (!isBad(one.qualities[i])) {
                one.bits[i] = column.bits()[v];
                one.texts[i] = column.texts()[v++];
            }
        }
    }

    static boolean isBad(int quality) {
        return ((quality >> 6) & 3) == 2;
    }

    private static int[] presence(Cursor in, int form, int count, int ticks) {
        var all = new int[count];
        switch (form) {
            case 0 -> Arrays.setAll(all, i -> i);
            case 1 -> {
                int at = 0;
                var bits = new BitCursor(in);
                for (int tick = 0; tick < ticks; tick++) {
                    if (bits.take(1) == 1) {
                        Malformed.unless(at < count, "more present than there are");
                        all[at++] = tick;
                    }
                }
                Malformed.unless(at == count, at + " present of " + count);
            }
            case 2 -> {
                int tick = 0;
                for (int i = 0; i < count; i++) {
                    tick += in.count(MOST);
                    all[i] = tick;
                }
            }
            default -> throw new Malformed("presence " + form);
        }
        return all;
    }
}
