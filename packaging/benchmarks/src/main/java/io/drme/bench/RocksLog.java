package io.drme.bench;

import io.drme.model.Batch;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** RocksDB with a synced write-ahead log: a write batch a scan, keyed by tag and time. */
final class RocksLog implements LogSide {
    private final Path folder;
    private final Options options = new Options().setCreateIfMissing(true);
    private final WriteOptions synced = new WriteOptions().setSync(true);
    private final RocksDB database;
    private final ByteBuffer key = ByteBuffer.allocate(12);
    private final ByteBuffer value = ByteBuffer.allocate(9);

    RocksLog(Path folder) throws RocksDBException {
        this.folder = folder;
        this.database = RocksDB.open(options, folder.toString());
    }

    @Override
    public String name() {
        return "rocksdb-sync";
    }

    @Override
    public void commit(Batch scan) throws RocksDBException {
        try (var batch = new WriteBatch()) {
            for (int i = 0; i < scan.size(); i++) {
                key.putInt(0, scan.tags()[i]).putLong(4, scan.sourceTimes()[i]);
                value.putLong(0, scan.bits()[i]).put(8, scan.qualities()[i]);
                batch.put(key.array(), value.array());
            }
            database.write(synced, batch);
        }
    }

    @Override
    public Content readBack() throws RocksDBException {
        long samples = 0;
        double sum = 0;
        try (var again = RocksDB.openReadOnly(options, folder.toString());
                var all = again.newIterator()) {
            for (all.seekToFirst(); all.isValid(); all.next()) {
                samples++;
                sum += ByteBuffer.wrap(all.value()).getDouble(0);
            }
        }
        synced.close();
        options.close();
        return new Content(samples, sum);
    }

    @Override
    public void close() {
        database.close();
    }
}
