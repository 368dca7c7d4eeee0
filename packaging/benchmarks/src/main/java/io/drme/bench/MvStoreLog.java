package io.drme.bench;

import io.drme.model.Batch;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/** H2 MVStore: a scan is one value, as it would be in our own frame but raw; commit and sync. */
final class MvStoreLog implements LogSide {
    private static final int SAMPLE_BYTES = 21;

    private final String file;
    private final MVStore store;
    private final MVMap<Long, byte[]> scans;
    private long number;

    MvStoreLog(Path folder) {
        file = folder.resolve("scans.mv").toString();
        store = new MVStore.Builder().fileName(file).autoCommitDisabled().open();
        scans = store.openMap("scans");
    }

    @Override
    public String name() {
        return "h2-mvstore";
    }

    @Override
    public void commit(Batch scan) {
        var bytes = ByteBuffer.allocate(scan.size() * SAMPLE_BYTES);
        for (int i = 0; i < scan.size(); i++) {
            bytes.putInt(scan.tags()[i]).putLong(scan.sourceTimes()[i]);
            bytes.putLong(scan.bits()[i]).put(scan.qualities()[i]);
        }
        scans.put(number++, bytes.array());
        store.commit();
        store.sync();
    }

    @Override
    public Content readBack() {
        long samples = 0;
        double sum = 0;
        try (var again = new MVStore.Builder().fileName(file).readOnly().open()) {
            MVMap<Long, byte[]> map = again.openMap("scans");
            for (var key : map.keySet()) {
                var bytes = ByteBuffer.wrap(map.get(key));
                for (int at = 0; at < bytes.limit(); at += SAMPLE_BYTES) {
                    samples++;
                    sum += bytes.getDouble(at + 12);
                }
            }
        }
        return new Content(samples, sum);
    }

    @Override
    public void close() {
        store.close();
    }
}
