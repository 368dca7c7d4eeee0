package io.drme.log;

import io.drme.fuzz.Fuzzing;
import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.testing.SimulatedDisk;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Files of the log: payloads in frames whose envelope is right, raw bytes between them, then found
 * again by recovery; each payload is read as a commit of the journal too.
 */
public final class SegmentFuzz {
    /** A scan has a window of 256 KiB; recovery copies and lists what it finds. */
    private static final Fuzzing.Bound BOUND = new Fuzzing.Bound(16 << 20, 2_000);

    private static final EpochId EPOCH = new EpochId(1, 2);

    private SegmentFuzz() {}

    /** Where mutation begins: one part of each kind. */
    public static List<byte[]> seeds() {
        return List.of(
                new byte[] {1, 4, 2, 0, 0, 0},
                new byte[] {1, 40, 1, 'D', 'R', 'M', 'L', 1, 0, 1, 9, 5, 5, 5, 1, 3, 3, 3},
                new byte[] {0, 3, 7, 7, 7, 1, 8, 3, 0, 0, 0, 0, 0, 0, 0});
    }

    /** Called by Jazzer: parts of a kind, a length and bytes. */
    public static void fuzzerTestOneInput(byte[] data) {
        var directory = SegmentLog.directory(EPOCH, StreamKind.DATA);
        var payloads = new ArrayList<ByteBuffer>();
        var bytes = file(data, payloads);
        Fuzzing.parse(
                data.length,
                BOUND,
                DiskException.class,
                () -> {
                    var disk = new SimulatedDisk(new SplittableRandom(1));
                    disk.makeDirectory(directory);
                    var path = directory + "/" + Segment.name(1, 0);
                    try (var file = disk.create(path, bytes.remaining(), Disk.Room.WRITTEN)) {
                        file.write(0, bytes.duplicate());
                    }
                    new SegmentRecovery(disk, StreamKind.DATA, EPOCH, new Quarantine(disk)).run(0);
                    for (var payload : payloads) {
                        JournalFrame.synced(payload);
                        JournalFrame.read(payload, new StoreState());
                    }
                });
    }

    private static ByteBuffer file(byte[] data, List<ByteBuffer> payloads) {
        var in = ByteBuffer.wrap(data);
        var out = Frame.buffer(4 * data.length + 256);
        while (in.remaining() >= 2 && out.remaining() > 4 * 256) {
            boolean framed = (in.get() & 1) != 0;
            int length = Math.min(in.get() & 0xFF, in.remaining());
            var part = in.slice(in.position(), length);
            in.position(in.position() + length);
            if (framed && length > 0) {
                int start = out.position();
                out.position(start + Frame.HEADER_BYTES).put(part.duplicate());
                Frame.seal(out, start, start);
                payloads.add(part.order(ByteOrder.LITTLE_ENDIAN));
            } else {
                out.put(part);
            }
        }
        return out.flip();
    }
}
