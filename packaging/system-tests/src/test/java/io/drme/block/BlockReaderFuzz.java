package io.drme.block;

import io.drme.fuzz.Fuzzing;
import io.drme.model.Batch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Blocks: opened, and every series and tick decoded. The checksum is made right. */
public final class BlockReaderFuzz {
    /** zstd's own bound is 32,768 bytes a byte, and everything else is far below it. */
    private static final Fuzzing.Bound BOUND = new Fuzzing.Bound(4 << 20, 200_000);

    private static final int CRC_BYTES = 4;
    private static final String GOLDEN = "sync-protocol/core/src/test/resources/golden/";

    private BlockReaderFuzz() {}

    /** Where mutation begins. */
    public static List<byte[]> seeds() {
        return List.of(
                Fuzzing.hex(GOLDEN + "block-small.hex"), Fuzzing.hex(GOLDEN + "block-all.hex"));
    }

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length >= CRC_BYTES) {
            int crc = Fuzzing.crc(data, 0, data.length - CRC_BYTES);
            ByteBuffer.wrap(data)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(data.length - CRC_BYTES, crc);
        }
        Fuzzing.parse(data.length, BOUND, BadBlockException.class, () -> read(data));
    }

    private static void read(byte[] block) throws BadBlockException {
        var reader = BlockReader.open(block);
        for (int g = 0; g < reader.groups(); g++) {
            reader.ticks(g);
        }
        var columns = new SeriesColumns();
        for (int i = 0; i < reader.series().size(); i++) {
            reader.decode(i, columns);
        }
        var batch = new Batch();
        var cursor = reader.batches();
        while (cursor.next(batch)) {
            batch.size();
        }
    }
}
