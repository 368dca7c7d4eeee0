package io.drme.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * How many acknowledged samples went with each item that was deleted: what is needed when the
 * centre turns out to have lost them. Of the newest, which are those that a restore loses, each is
 * known; older ones are put together. Confined to the store's thread.
 */
final class ReleasedSpans {
    /** The most spans kept; beyond, the two oldest become one. */
    static final int MAX_SPANS = 1_024;

    private final List<Span> spans = new ArrayList<>();

    private record Span(long from, long to, long samples) {}

    void add(long from, long to, long samples) {
        spans.add(new Span(from, to, samples));
        if (spans.size() > MAX_SPANS) {
            var first = spans.removeFirst();
            var second = spans.removeFirst();
            spans.addFirst(
                    new Span(
                            Math.min(first.from, second.from),
                            Math.max(first.to, second.to),
                            first.samples + second.samples));
        }
    }

    /**
     * Takes out the samples of a range. Of a span that it covers in part it takes that part of the
     * samples, as if each item had the same number: what each had is known no more.
     */
    long take(long from, long to) {
        long taken = 0;
        for (var span : List.copyOf(spans)) {
            long low = Math.max(from, span.from);
            long high = Math.min(to, span.to);
            if (low > high) {
                continue;
            }
            long length = span.to - span.from + 1;
            long part = Math.round((double) span.samples * (high - low + 1) / length);
            taken += part;
            spans.remove(span);
            if (part < span.samples) {
                spans.add(new Span(span.from, span.to, span.samples - part));
            }
        }
        return taken;
    }

    void become(ReleasedSpans other) {
        spans.clear();
        spans.addAll(other.spans);
    }

    int maxBytes() {
        int bytes = 10;
        for (var span : spans) {
            bytes += varBytes(span.from) + varBytes(span.to - span.from) + varBytes(span.samples);
        }
        return bytes;
    }

    private static int varBytes(long value) {
        return (Long.SIZE - Long.numberOfLeadingZeros(value | 1) + 6) / 7;
    }

    void putInto(ByteBuffer out) {
        Bytes.putVar(out, spans.size());
        for (var span : spans) {
            Bytes.putVar(out, span.from);
            Bytes.putVar(out, span.to - span.from);
            Bytes.putVar(out, span.samples);
        }
    }

    void readFrom(ByteBuffer in) {
        spans.clear();
        long count = Bytes.getVar(in);
        if (count < 0 || count > MAX_SPANS) {
            throw new IllegalArgumentException(count + " spans");
        }
        for (; count > 0; count--) {
            long from = Bytes.getVar(in);
            spans.add(new Span(from, from + Bytes.getVar(in), Bytes.getVar(in)));
        }
    }
}
