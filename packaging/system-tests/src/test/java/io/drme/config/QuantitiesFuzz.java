package io.drme.config;

import io.drme.fuzz.Fuzzing;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Durations, sizes, rates, numbers of a file. */
public final class QuantitiesFuzz {
    private static final Fuzzing.Bound BOUND = new Fuzzing.Bound(1 << 20, 500);

    private QuantitiesFuzz() {}

    /** Where mutation begins. */
    public static List<byte[]> seeds() {
        return List.of("500ms", "2GiB", "2.5Mbit/s", "0x1F", "1e300").stream()
                .map(s -> s.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        var text = new String(data, StandardCharsets.UTF_8);
        Fuzzing.parse(data.length, BOUND, InvalidConfigException.class, () -> read(text));
    }

    private static void read(String text) throws InvalidConfigException {
        Quantities.duration(text)
                .ifPresent(d -> {
                    if (!Quantities.duration(Quantities.text(d))
                            .equals(Quantities.duration(text))) {
                        throw new IllegalStateException("not the same once written and read: " + d);
                    }
                });
        Quantities.bytes(text).ifPresent(Quantities::sizeText);
        Quantities.bitsPerSecond(text);
        var problems = new Problems();
        var where = new Where("fuzz", 1, 1);
        var section =
                new Section(
                        new Node.Mapping(
                                where,
                                java.util.Map.of(
                                        "k",
                                        new Node.Entry(
                                                where, new Node.Scalar(where, text, false)))),
                        "",
                        problems);
        section.number("k");
        section.integer("k", 0, Long.MIN_VALUE, Long.MAX_VALUE);
        section.bool("k", false);
        section.bytes("k", 0, 0, Long.MAX_VALUE);
        problems.throwIfAny("fuzz");
    }
}
