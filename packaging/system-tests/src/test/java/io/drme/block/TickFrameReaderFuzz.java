package io.drme.block;

import io.drme.fuzz.Fuzzing;
import io.drme.model.Batch;
import java.nio.ByteBuffer;
import java.util.List;

/** Frames of the journal: two after another, so that changes refer to something. */
public final class TickFrameReaderFuzz {
    private static final Fuzzing.Bound BOUND = new Fuzzing.Bound(4 << 20, 200_000);

    private TickFrameReaderFuzz() {}

    /** Where mutation begins. */
    public static List<byte[]> seeds() {
        var key = Fuzzing.hex("sync-protocol/core/src/test/resources/golden/frame-key.hex");
        var changes = Fuzzing.hex("sync-protocol/core/src/test/resources/golden/frame-changes.hex");
        return List.of(
                ByteBuffer.allocate(1 + key.length + changes.length)
                        .put((byte) key.length)
                        .put(key)
                        .put(changes)
                        .array());
    }

    /** Called by Jazzer; the first byte says how long the first frame is. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        int first = Math.min(data[0] & 0xFF, data.length - 1);
        Fuzzing.parse(
                data.length,
                BOUND,
                BadBlockException.class,
                () -> {
                    var reader = new TickFrameReader();
                    read(reader, ByteBuffer.wrap(data, 1, first));
                    read(reader, ByteBuffer.wrap(data, 1 + first, data.length - 1 - first));
                });
    }

    private static void read(TickFrameReader reader, ByteBuffer frame) throws BadBlockException {
        var batch = new Batch();
        reader.open(frame);
        while (reader.next(batch)) {
            batch.size();
        }
    }
}
