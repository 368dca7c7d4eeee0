package io.drme.sim.mqtt;

import io.drme.model.Value;
import io.drme.sim.ValueSource;
import io.drme.sim.fault.Moment;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An edge node of Sparkplug B behind the broker: born at the start and whenever it is told to,
 * publishes by alias, and dies when it is silent. Confined to the broker's publishing thread, but
 * for {@link #hear}.
 */
final class EdgeNode {
    private static final int SEQUENCES = 256;
    private static final int MORE = 0x80;
    private static final int UINT64 = 8;
    private static final String COMMAND = "Node Control/Rebirth";

    /** The types of metrics with their numbers in the protocol. */
    enum Type {
        INT32(3),
        INT64(4),
        UINT32(7),
        FLOAT(9),
        DOUBLE(10),
        BOOLEAN(11),
        STRING(12);

        private final int number;

        Type(int number) {
            this.number = number;
        }
    }

    /** One metric; its alias is its place. */
    record Metric(String name, Type type, ValueSource value) {}

    private final String group;
    private final String name;
    private final long everyNanos;
    private final List<Metric> metrics;
    private final AtomicBoolean toldToBeBorn = new AtomicBoolean(true);
    private boolean alive;
    private int sequence;
    private long bdSeq;

    EdgeNode(String group, String name, long everyNanos, List<Metric> metrics) {
        this.group = group;
        this.name = name;
        this.everyNanos = everyNanos;
        this.metrics = List.copyOf(metrics);
    }

    /** The word by which it may fail on its own. */
    String unit() {
        return group + "/" + name;
    }

    long everyNanos() {
        return everyNanos;
    }

    private String topic(String kind) {
        return "spBv1.0/%s/%s/%s".formatted(group, kind, name);
    }

    /** Hears a command; from any thread. */
    void hear(Message message) {
        boolean rebirth =
                new String(message.payload(), StandardCharsets.ISO_8859_1).contains(COMMAND);
        if (message.topic().equals(topic("NCMD")) && rebirth) {
            toldToBeBorn.set(true);
        }
    }

    /** The broker was away, or the node silent: its will was published, and it is born anew. */
    Optional<Message> die() {
        if (!alive) {
            return Optional.empty();
        }
        alive = false;
        var metric = new Part().text(1, "bdSeq").number(4, UINT64).number(11, bdSeq);
        bdSeq++;
        toldToBeBorn.set(true);
        return Optional.of(message("NDEATH", new Part().part(2, metric)));
    }

    /** What it publishes now, as it is due, or it was told to be born. */
    Optional<Message> publish(Moment moment, long epochMillis, boolean due) {
        if (toldToBeBorn.getAndSet(false)) {
            alive = true;
            sequence = 0;
            var birth = new Part().number(1, epochMillis);
            birth.part(2, new Part().text(1, "bdSeq").number(4, UINT64).number(11, bdSeq));
            return Optional.of(whole("NBIRTH", birth, true, moment, epochMillis));
        }
        return due
                ? Optional.of(
                        whole(
                                "NDATA",
                                new Part().number(1, epochMillis),
                                false,
                                moment,
                                epochMillis))
                : Optional.empty();
    }

    private Message whole(
            String kind, Part payload, boolean birth, Moment moment, long epochMillis) {
        for (int alias = 0; alias < metrics.size(); alias++) {
            var metric = metrics.get(alias);
            var part = new Part();
            if (birth) {
                part.text(1, metric.name());
            }
            part.number(2, alias).number(3, epochMillis);
            if (birth) {
                part.number(4, metric.type().number);
            }
            value(part, metric.type(), moment.distorted(metric.value().at(moment.elapsedNanos())));
            payload.part(2, part);
        }
        payload.number(3, sequence);
        sequence = (sequence + 1) % SEQUENCES;
        return message(kind, payload);
    }

    private Message message(String kind, Part payload) {
        return new Message(topic(kind), payload.bytes(), 0, false);
    }

    private static void value(Part part, Type type, Value value) {
        switch (type) {
            case INT32, UINT32 -> part.number(10, whole(value) & 0xFFFF_FFFFL);
            case INT64 -> part.number(11, whole(value));
            case FLOAT -> part.real32(12, (float) real(value));
            case DOUBLE -> part.real64(13, real(value));
            case BOOLEAN -> part.number(14, value instanceof Value.Bool(boolean b) && b ? 1 : 0);
            case STRING -> part.text(15, text(value));
        }
    }

    private static long whole(Value value) {
        return value instanceof Value.Int(long i) ? i : Math.round(real(value));
    }

    private static double real(Value value) {
        return switch (value) {
            case Value.Real(double d) -> d;
            case Value.Int(long i) -> i;
            case Value.Bool(boolean b) -> b ? 1 : 0;
            case Value.Text _ -> 0;
        };
    }

    private static String text(Value value) {
        return switch (value) {
            case Value.Real(double d) -> Double.toString(d);
            case Value.Int(long i) -> Long.toString(i);
            case Value.Bool(boolean b) -> Boolean.toString(b);
            case Value.Text(String t) -> t;
        };
    }

    /** A message of Protocol Buffers while it is written. */
    private static final class Part {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        private Part key(int field, int kind) {
            return varint(((long) field << 3) | kind);
        }

        private Part varint(long value) {
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                out.write((int) (rest & 0x7F) | MORE);
                rest >>>= 7;
            }
            out.write((int) rest);
            return this;
        }

        Part number(int field, long value) {
            return key(field, 0).varint(value);
        }

        Part text(int field, String text) {
            var bytes = text.getBytes(StandardCharsets.UTF_8);
            key(field, 2).varint(bytes.length);
            out.writeBytes(bytes);
            return this;
        }

        Part part(int field, Part part) {
            key(field, 2).varint(part.out.size());
            out.writeBytes(part.bytes());
            return this;
        }

        void real32(int field, float value) {
            key(field, 5);
            out.writeBytes(little(Float.BYTES).putFloat(value).array());
        }

        void real64(int field, double value) {
            key(field, 1);
            out.writeBytes(little(Double.BYTES).putDouble(value).array());
        }

        private static ByteBuffer little(int size) {
            return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        }

        byte[] bytes() {
            return out.toByteArray();
        }
    }
}
