package io.drme.testing.independent;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** An event with its place in the stream, as log and line have it. */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record EventBytes(String gateway, String epoch, long sequence, String previous, Event event) {

    /** What happened; the payload in hexadecimal digits, so that two compare. */
    record Event(
            long time,
            String type,
            int schema,
            int version,
            String payload,
            Map<String, String> metadata) {}

    /** What a {@code drop} says. */
    record Drop(
            String stream,
            long from,
            long to,
            long samples,
            String cause,
            String lastHash,
            long firstTime,
            long lastTime,
            String detail) {}

    static EventBytes read(byte[] item) {
        var in = new Cursor(item);
        Malformed.unless(in.text(4, StandardCharsets.US_ASCII).equals("DMVE"), "magic");
        Malformed.unless(in.u8() == 1, "version");
        var gateway = in.text(in.u8(), StandardCharsets.US_ASCII);
        var epoch = SegmentFile.epoch(in);
        long sequence = in.u64();
        var previous = HexFormat.of().formatHex(in.take(16));
        return new EventBytes(gateway, epoch, sequence, previous, event(in));
    }

    /** The format byte and Avro. */
    static Event event(Cursor in) {
        Malformed.unless(in.u8() == 1, "format of an event");
        long time = in.zigzag();
        var type = text(in);
        int schema = (int) in.zigzag();
        int version = (int) in.zigzag();
        var payload = HexFormat.of().formatHex(in.take(in.zigzag()));
        var metadata = new TreeMap<String, String>();
        for (long left = in.zigzag(); left != 0; left = in.zigzag()) {
            Malformed.unless(left > 0, "a map block with its size");
            for (; left > 0; left--) {
                metadata.put(text(in), text(in));
            }
        }
        in.end("event");
        return new Event(time, type, schema, version, payload, metadata);
    }

    private static String text(Cursor in) {
        return in.text(in.zigzag(), StandardCharsets.UTF_8);
    }

    /** By the example of the page and {@code drop-1.avsc}. */
    static Drop drop(Event event) {
        Malformed.unless(event.type.equals("drop") && event.schema == 4, event.type);
        var in = new Cursor(HexFormat.of().parseHex(event.payload));
        var drop =
                new Drop(
                        text(in),
                        in.zigzag(),
                        in.zigzag(),
                        in.zigzag(),
                        text(in),
                        HexFormat.of().formatHex(in.take(16)),
                        in.zigzag(),
                        in.zigzag(),
                        text(in));
        in.end("drop");
        return drop;
    }
}
