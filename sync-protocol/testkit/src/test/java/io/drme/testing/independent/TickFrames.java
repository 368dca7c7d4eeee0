package io.drme.testing.independent;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tick frames of one stream of a journal, each a change against the one before. */
final class TickFrames {
    private static final int MOST = 1 << 20;
    private static final List<String> TYPES = List.of("", "BOOLEAN", "INT64", "FLOAT64", "TEXT");

    private final List<Tag> tags = new ArrayList<>();

    /** A tag with what the next value is a change against. */
    private static final class Tag {
        final String name;
        final int type;
        long integer;
        int exponent = -1;
        long bits;
        @Nullable String text;

        Tag(String name, int type) {
            this.name = name;
            this.type = type;
        }
    }

    /** A frame's ticks as lines. */
    List<String> read(Cursor frame) {
        int first = frame.u8();
        Malformed.unless(first >> 2 == 1, "format " + (first >> 2));
        var in = (first & 2) == 0 ? frame : frame.expanded(frame.varint());
        if ((first & 1) != 0) {
            tags.clear();
        }
        var lines = new ArrayList<String>();
        long millis = 0;
        for (int left = in.count(MOST); left > 0; left--) {
            int flags = in.u8();
            long group = in.zigzag();
            millis += in.zigzag();
            long gatewayTime = (millis << 16) | in.varint();
            byte outcome = (flags & 1) != 0 ? (byte) in.u8() : 0;
            if ((flags & 2) != 0) {
                readTags(in);
            }
            var line = new TickLine(group, gatewayTime, outcome);
            readSamples(in, flags, millis, line);
            lines.add(line.toString());
        }
        in.end("frame");
        return lines;
    }

    private void readTags(Cursor in) {
        var name = "";
        for (int left = in.count(MOST); left > 0; left--) {
            name = Block.name(in, name);
            tags.add(new Tag(name, in.u8()));
        }
    }

    private void readSamples(Cursor in, int flags, long millis, TickLine line) {
        int n = in.count(MOST);
        if (n == 0) {
            return;
        }
        var tag = new Tag[n];
        long number = -1;
        for (int i = 0; i < n; i++) {
            number += in.zigzag() + 1;
            Malformed.unless(number >= 0 && number < tags.size(), "tag " + number);
            tag[i] = tags.get((int) number);
        }
        var times = new long[n];
        times[0] = millis * 1_000_000 + in.zigzag();
        for (int i = 1; i < n; i++) {
            times[i] = times[0] + ((flags & 4) != 0 ? in.zigzag() : 0);
        }
        var qualities = (flags & 8) != 0 ? in.take(n) : new byte[n];
        for (int i = 0; i < n; i++) {
            boolean isBad = Block.isBad(qualities[i]);
            long bits = isBad ? 0 : value(in, tag[i]);
            line.add(
                    tag[i].name + ":" + TYPES.get(tag[i].type),
                    times[i],
                    qualities[i],
                    bits,
                    isBad || tag[i].type != 4 ? null : tag[i].text);
        }
    }

    private static long value(Cursor in, Tag tag) {
        switch (tag.type) {
            case 1 -> tag.bits = in.u8();
            case 2 -> tag.bits += in.zigzag();
            case 3 -> tag.bits = number(in, tag);
            default -> {
                if (in.u8() == 0) {
                    tag.text = SeriesValues.text(in);
                }
            }
        }
        return tag.bits;
    }

    private static long number(Cursor in, Tag tag) {
        long h = in.varint();
        switch ((int) (h & 3)) {
            case 0 -> tag.integer += Cursor.unzigzag(h >>> 2);
            case 1 -> {
                tag.exponent = (int) (h >>> 2);
                tag.integer = in.zigzag();
            }
            case 2 -> {
                int leading = (int) ((h >>> 2) & 7);
                int trailing = (int) (h >>> 5);
                long difference = 0;
                for (int i = trailing; i < 8 - leading; i++) {
                    difference |= (long) in.u8() << (8 * i);
                }
                return tag.bits ^ difference;
            }
            default -> {
                return tag.bits;
            }
        }
        Malformed.unless(tag.exponent >= 0, "no exponent yet");
        return Double.doubleToRawLongBits(SeriesValues.decimal(tag.integer, tag.exponent));
    }
}
