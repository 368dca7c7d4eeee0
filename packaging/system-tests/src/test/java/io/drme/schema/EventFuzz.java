package io.drme.schema;

import io.drme.fuzz.Fuzzing;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Events, and the Avro of their payloads under every schema. */
public final class EventFuzz {
    private static final Fuzzing.Bound BOUND = new Fuzzing.Bound(1 << 20, 500);
    private static final int MOST_SCHEMA = 32;

    private EventFuzz() {}

    /** Where mutation begins. */
    public static List<byte[]> seeds() {
        return Stream.of("01-alarm", "06-tags", "08-device", "09-drop", "12-clock", "14-command")
                .map(name ->
                        Fuzzing.hex(
                                "sync-protocol/core/src/test/resources/golden/event-%s.hex"
                                        .formatted(name)))
                .toList();
    }

    /** Called by Jazzer; the first byte of a payload chooses its schema. */
    public static void fuzzerTestOneInput(byte[] data) {
        Fuzzing.parse(
                data.length,
                BOUND,
                BadEventException.class,
                () -> Payloads.of(EventCodec.decode(data)));
        if (data.length > 0) {
            Fuzzing.parse(
                    data.length,
                    BOUND,
                    BadEventException.class,
                    () ->
                            Payloads.decode(
                                    Math.floorMod(data[0], MOST_SCHEMA),
                                    1,
                                    Arrays.copyOfRange(data, 1, data.length)));
        }
    }
}
