package io.drme.driver.mqtt;

import io.drme.driver.mqtt.ProtobufReader.MalformedException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One message of Sparkplug B: what it says, not yet what it means.
 *
 * @param timeMillis of the message, since 1970; negative where it has none
 * @param sequence 0 to 255; nothing where it has none, as in a death
 */
record SparkplugPayload(long timeMillis, OptionalInt sequence, List<Metric> metrics) {
    /** The most metrics in one message. */
    static final int MAX_METRICS = 10_000;

    private static final int LAST_SEQUENCE = 255;

    /**
     * One metric.
     *
     * @param name empty where the alias stands for it
     * @param alias where there is one
     * @param timeMillis since 1970; negative where it has none
     * @param type its number in the protocol; 0 where it stands in the birth only
     * @param isHistorical whether it is of the past, and not the value of now
     * @param quality of the property of that name; {@link #GOOD} where there is none
     * @param value what it holds
     */
    record Metric(
            String name,
            OptionalLong alias,
            long timeMillis,
            int type,
            boolean isHistorical,
            int quality,
            Held value) {}

    /** The numbers of the property Quality. */
    static final int GOOD = 192;

    static final int STALE = 500;

    /** What a metric holds, as the wire has it. */
    sealed interface Held {
        /** An integer of the wire; its type says how it is signed. */
        record Whole(long bits) implements Held {}

        /** A float32. */
        record Real32(float value) implements Held {}

        /** A float64. */
        record Real64(double value) implements Held {}

        /** True or false. */
        record Truth(boolean is) implements Held {}

        /** A text. */
        record Text(String text) implements Held {}

        /** Something that is no single value: bytes, a data set, a template. */
        record Other(String what) implements Held {}

        /** Nothing, as the metric says itself. */
        record Nothing() implements Held {}

        /** Nothing was sent. */
        record Absent() implements Held {}
    }

    /** Reads a message. */
    static SparkplugPayload read(byte[] bytes) throws MalformedException {
        var in = new ProtobufReader(bytes);
        long time = -1;
        var sequence = OptionalInt.empty();
        var metrics = new ArrayList<Metric>();
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case 1 -> time = in.number();
                case 2 -> {
                    if (metrics.size() == MAX_METRICS) {
                        throw new MalformedException(
                                "has more than %d metrics".formatted(MAX_METRICS));
                    }
                    metrics.add(metric(in.message()));
                }
                case 3 -> {
                    long number = in.number();
                    if (number < 0 || number > LAST_SEQUENCE) {
                        throw new MalformedException("has the sequence " + number);
                    }
                    sequence = OptionalInt.of((int) number);
                }
                default -> in.skip();
            }
        }
        return new SparkplugPayload(time, sequence, List.copyOf(metrics));
    }

    private static Metric metric(ProtobufReader in) throws MalformedException {
        var name = "";
        var alias = OptionalLong.empty();
        long time = -1;
        int type = 0;
        boolean historical = false;
        boolean nothing = false;
        int quality = GOOD;
        Held value = new Held.Absent();
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case 1 -> name = in.text();
                case 2 -> alias = OptionalLong.of(in.number());
                case 3 -> time = in.number();
                case 4 -> type = (int) in.number();
                case 5 -> historical = in.truth();
                case 7 -> nothing = in.truth();
                case 9 -> quality = quality(in.message());
                case 10, 11 -> value = new Held.Whole(in.number());
                case 12 -> value = new Held.Real32(in.real32());
                case 13 -> value = new Held.Real64(in.real64());
                case 14 -> value = new Held.Truth(in.truth());
                case 15 -> value = new Held.Text(in.text());
                case 16 -> value = other(in, "bytes");
                case 17 -> value = other(in, "a data set");
                case 18 -> value = other(in, "a template");
                default -> in.skip();
            }
        }
        return new Metric(
                name, alias, time, type, historical, quality, nothing ? new Held.Nothing() : value);
    }

    private static Held other(ProtobufReader in, String what) throws MalformedException {
        in.skip();
        return new Held.Other(what);
    }

    /** The property Quality; keys and values are two lists side by side. */
    private static int quality(ProtobufReader properties) throws MalformedException {
        var keys = new ArrayList<String>();
        var values = new ArrayList<Long>();
        for (int field = properties.next(); field != 0; field = properties.next()) {
            switch (field) {
                case 1 -> keys.add(properties.text());
                case 2 -> values.add(whole(properties.message()));
                default -> properties.skip();
            }
        }
        int at = keys.indexOf("Quality");
        return at < 0 || at >= values.size() ? GOOD : Math.clamp(values.get(at), -1, 1 << 16);
    }

    private static long whole(ProtobufReader value) throws MalformedException {
        long found = GOOD;
        for (int field = value.next(); field != 0; field = value.next()) {
            switch (field) {
                case 3, 4 -> found = value.number();
                default -> value.skip();
            }
        }
        return found;
    }

    /** A command to a node to tell anew who it is and what it holds. */
    static byte[] rebirth(long epochMillis) {
        var name = "Node Control/Rebirth".getBytes(StandardCharsets.UTF_8);
        var metric = new ByteArrayOutputStream();
        metric.write(0x0A);
        metric.write(name.length);
        metric.writeBytes(name);
        // datatype Boolean, boolean_value true
        metric.writeBytes(new byte[] {0x20, 0x0B, 0x70, 0x01});
        var payload = new ByteArrayOutputStream();
        payload.write(0x08);
        for (long rest = epochMillis; ; rest >>>= 7) {
            if ((rest & ~0x7FL) == 0) {
                payload.write((int) rest);
                break;
            }
            payload.write((int) (rest & 0x7F) | 0x80);
        }
        payload.write(0x12);
        payload.write(metric.size());
        payload.writeBytes(metric.toByteArray());
        return payload.toByteArray();
    }
}
