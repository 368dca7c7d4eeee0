package io.drme.bench;

import io.drme.block.BlockReader;
import io.drme.log.FileDisk;
import io.drme.log.Intake;
import io.drme.log.Store;
import io.drme.log.StoreConfig;
import io.drme.log.StoreSetup;
import io.drme.log.Wear;
import io.drme.model.Batch;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.model.TagTable;
import io.drme.testing.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** The store of the gateway: one commit a scan, blocks by the beat of {@code seal-every}. */
final class OurLog implements LogSide {
    private final Path folder;
    private final TagTable tags;
    private final Duration period;
    private final ManualClock clock = new ManualClock();
    private Store store;

    OurLog(Path folder, TagTable tags, Duration period) throws Exception {
        this.folder = folder;
        this.tags = tags;
        this.period = period;
        this.store = open();
    }

    private Store open() throws Exception {
        return Store.open(
                new StoreSetup(
                        new FileDisk(folder),
                        StoreConfig.defaults().in(folder),
                        new GatewayId("bench"),
                        clock,
                        new Random(1)));
    }

    @Override
    public String name() {
        return "drme";
    }

    @Override
    public void commit(Batch scan) throws Exception {
        store.append(new Intake(scan.size(), 0, 0), List.of(scan), tags);
        store.commit();
    }

    @Override
    public void pass() throws Exception {
        clock.advance(period);
        store.sealIfDue();
    }

    /** Seals what there is, so that all of it is on disk as journal and as block. */
    void seal() throws Exception {
        store.seal();
    }

    /** What it wrote so far. */
    Wear wear() throws Exception {
        return store.wear();
    }

    @Override
    public Content readBack() throws Exception {
        store = open();
        var view = store.view();
        long samples = 0;
        double sum = 0;
        var batch = new Batch();
        for (var range : view.held(StreamKind.DATA).ranges()) {
            for (long n = range.from(); n <= range.to(); n++) {
                var cursor =
                        BlockReader.open(view.read(StreamKind.DATA, n).orElseThrow()).batches();
                while (cursor.next(batch)) {
                    samples += batch.size();
                    for (int i = 0; i < batch.size(); i++) {
                        sum += batch.doubleAt(i);
                    }
                }
            }
        }
        store.close();
        return new Content(samples, sum);
    }

    @Override
    public void close() {
        store.close();
    }
}
