package io.drme.edge.state;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.mapdb.DBException;
import org.mapdb.Serializer;
import org.mapdb.SortedTableMap;
import org.mapdb.serializer.GroupSerializer;
import org.mapdb.volume.RandomAccessFileVol;

/**
 * One MapDB file: a {@code SortedTableMap} from {@code part/piece} to bytes, written once with a
 * sink and only read from then on. MapDB's database and transactions are not used: see decision
 * 002; without them most of MapDB's classes are never loaded.
 */
final class MapFile {
    private static final String POSITION = "position";
    private static final String PIPELINES = "pipelines";
    private static final String ALARMS = "alarms";

    /** Of a value; far below MapDB's limit for a record. */
    private static final int PIECE_BYTES = 64 * 1024;

    private static final GroupSerializer<String> KEYS = Serializer.STRING;
    private static final GroupSerializer<byte[]> VALUES = Serializer.BYTE_ARRAY;

    /** The file is a whole number of pages; a piece has to fit into one. */
    private static final int PAGE_BYTES = 128 * 1024;

    private MapFile() {}

    /** Writes a new file and closes it. */
    static void write(Path file, OperatorState state) throws IOException {
        var volume = RandomAccessFileVol.FACTORY.makeVolume(file.toString(), false);
        try {
            var sink =
                    SortedTableMap.create(volume, KEYS, VALUES)
                            .pageSize(PAGE_BYTES)
                            .nodeSize(1)
                            .createFromSink();
            // In the order of the keys, as the sink needs it.
            putPieces(sink, ALARMS, state.alarms());
            putPieces(sink, PIPELINES, state.pipelines());
            sink.put(POSITION, ByteBuffer.allocate(Long.BYTES).putLong(state.position()).array());
            var _ = sink.create();
        } catch (DBException e) {
            throw new IOException("MapDB can't write " + file + ": " + e.getMessage(), e);
        } finally {
            volume.close();
        }
    }

    private static void putPieces(
            SortedTableMap.Sink<String, byte[]> sink, String part, byte[] bytes) {
        for (int from = 0; from < bytes.length; from += PIECE_BYTES) {
            sink.put(
                    "%s/%08d".formatted(part, from / PIECE_BYTES),
                    Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + PIECE_BYTES)));
        }
    }

    /** Reads a file whose checksum is right. */
    // MapDB throws whatever its decoders run into, so this is one of the few places that take all.
    static OperatorState read(Path file) throws UnreadableException {
        var volume = RandomAccessFileVol.FACTORY.makeVolume(file.toString(), true);
        try {
            var map = SortedTableMap.open(volume, KEYS, VALUES);
            var position = map.get(POSITION);
            if (position == null || position.length != Long.BYTES) {
                throw new UnreadableException("it does not say to where in the log it goes");
            }
            return new OperatorState(
                    ByteBuffer.wrap(position).getLong(),
                    pieces(map, PIPELINES),
                    pieces(map, ALARMS));
        } catch (RuntimeException e) {
            throw new UnreadableException("MapDB can't read it: " + e, e);
        } finally {
            volume.close();
        }
    }

    private static byte[] pieces(Map<String, byte[]> map, String part) {
        var all = new ByteArrayOutputStream();
        for (int i = 0; ; i++) {
            var piece = map.get("%s/%08d".formatted(part, i));
            if (piece == null) {
                return all.toByteArray();
            }
            all.writeBytes(piece);
        }
    }
}
