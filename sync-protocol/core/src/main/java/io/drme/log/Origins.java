package io.drme.log;

import io.drme.block.BlockHash;
import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.sync.ChainHash;
import io.drme.sync.Item;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Where the items that an epoch began with were first framed. Written once, when the epoch is
 * opened, and only read from then on.
 *
 * <p>The file {@code EPOCH/origins}, big-endian: a record an item (stream 1, sequence 8, first
 * epoch 16, first sequence 8, first hash), then CRC32C of all records 4.
 */
final class Origins {
    private static final int HEAD_BYTES = 1 + 8 + 16 + 8;
    private static final int RECORD_BYTES = HEAD_BYTES + BlockHash.LENGTH_BYTES;
    private static final int CRC_BYTES = 4;

    /** Records that can be kept; of more, the later ones have no origin. */
    private static final int MAX_RECORDS = 1_000_000;

    private final Map<StreamKind, Map<Long, Item.Origin>> byNumber =
            new EnumMap<>(StreamKind.class);
    private int records;

    private static String path(EpochId epoch) {
        return epoch + "/origins";
    }

    static ChainHash chain(byte[] item) {
        var bytes = ByteBuffer.allocate(BlockHash.LENGTH_BYTES);
        BlockHash.of(item).putInto(bytes);
        return ChainHash.of(bytes.array());
    }

    void put(StreamKind kind, long sequence, Item.Origin origin) {
        if (records < MAX_RECORDS) {
            records++;
            byNumber.computeIfAbsent(kind, _ -> new HashMap<>()).put(sequence, origin);
        }
    }

    Optional<Item.Origin> of(StreamKind kind, long sequence) {
        return Optional.ofNullable(byNumber.getOrDefault(kind, Map.of()).get(sequence));
    }

    /** Writes them durably into the directory of an epoch. */
    void write(Disk disk, EpochId epoch) throws DiskException {
        if (records == 0) {
            return;
        }
        var out = ByteBuffer.allocate(records * RECORD_BYTES + CRC_BYTES);
        byNumber.forEach((kind, items) ->
                items.forEach((sequence, origin) -> {
                    out.put((byte) kind.code()).putLong(sequence);
                    out.putLong(origin.epoch().high());
                    out.putLong(origin.epoch().low());
                    out.putLong(origin.sequence());
                    out.put(padded(origin.hash()));
                }));
        out.putInt(crc(out.array(), out.position())).flip();
        try (var file = disk.create(path(epoch), 0, Disk.Room.RESERVED)) {
            file.write(0, out);
            file.sync();
        }
        disk.syncDirectory(epoch.toString());
    }

    /** Reads them; none where there is no file, or where it is damaged, which is noted. */
    static Origins read(Disk disk, EpochId epoch, Quarantine quarantine) throws DiskException {
        var origins = new Origins();
        if (!disk.exists(path(epoch))) {
            return origins;
        }
        try (var file = disk.open(path(epoch))) {
            long most = (long) MAX_RECORDS * RECORD_BYTES + CRC_BYTES;
            var in = ByteBuffer.allocate((int) Math.min(file.size(), most));
            file.read(0, in);
            in.flip();
            int records = in.remaining() - CRC_BYTES;
            if (records < 0
                    || records % RECORD_BYTES != 0
                    || in.getInt(records) != crc(in.array(), records)) {
                quarantine.note(
                        path(epoch) + ": is damaged; what was framed anew goes without origin");
                return origins;
            }
            while (in.position() < records) {
                var kind = StreamKind.ofCode(in.get());
                long sequence = in.getLong();
                var first = new EpochId(in.getLong(), in.getLong());
                long firstSequence = in.getLong();
                var hash = new byte[BlockHash.LENGTH_BYTES];
                in.get(hash);
                origins.put(
                        kind, sequence, new Item.Origin(first, firstSequence, ChainHash.of(hash)));
            }
        }
        return origins;
    }

    private static byte[] padded(ChainHash hash) {
        var bytes = new byte[BlockHash.LENGTH_BYTES];
        var known = hash.bytes();
        System.arraycopy(known, 0, bytes, 0, Math.min(known.length, bytes.length));
        return bytes;
    }

    private static int crc(byte[] bytes, int length) {
        var crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
