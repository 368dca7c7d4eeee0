package io.drme.bench;

import io.drme.log.FileDisk;
import io.drme.log.Intake;
import io.drme.log.Store;
import io.drme.log.StoreConfig;
import io.drme.log.StoreSetup;
import io.drme.model.Batch;
import io.drme.model.GatewayId;
import io.drme.model.Quality;
import io.drme.model.StreamKind;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import io.drme.testing.ManualClock;
import io.drme.time.Clock;
import io.drme.time.Hlc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;

/**
 * How long a store of 1 GiB takes to open after it was killed and the machine's cache is cold: full
 * segments with their footers, a tail without one, and a minute's scans that only the journal has.
 *
 * <p>So that building it is quick, the blocks are few and large: long random texts, which no codec
 * makes shorter.
 */
final class LogRecovery {
    private static final long STORE_BYTES = 1L << 30;
    private static final int TEXT_TAGS = 60;
    private static final int TEXT_LENGTH = 4_096;
    private static final int JOURNALED_SCANS = 600;

    private final Clock clock;
    private final ManualClock storeClock = new ManualClock();
    private final Random random = new Random(1);
    private long samples;

    LogRecovery(Clock clock) {
        this.clock = clock;
    }

    Row run(Path folder) throws Exception {
        Files.createDirectories(folder);
        var disk = new FileDisk(folder);
        var store = open(disk);
        fill(store, folder);
        long held = store.view().last(StreamKind.DATA);
        journal(store);
        disk.close(); // the lock goes as with a killed process; nothing is sealed
        Machine.dropFromCache(folder);
        long start = clock.nanoTime();
        var again = open(new FileDisk(folder));
        double seconds = (clock.nanoTime() - start) / 1e9;
        var counters = again.counters();
        boolean isWhole =
                counters.accepted() == samples
                        && counters.pending() == samples
                        && counters.balanced()
                        && again.view().last(StreamKind.DATA) > held
                        && again.recovery().damages().isEmpty();
        again.close();
        return new Row(
                "recovery-1-gib",
                "seconds",
                true,
                seconds,
                Map.of(),
                OptionalDouble.empty(),
                "<= 2",
                seconds <= 2,
                isWhole);
    }

    private void fill(Store store, Path folder) throws Exception {
        var tags = texts();
        for (int i = 0; i % 64 != 0 || size(folder) < STORE_BYTES; i++) {
            var batch = new Batch(TEXT_TAGS);
            batch.begin(0, stamp());
            for (int tag = 0; tag < TEXT_TAGS; tag++) {
                batch.addText(tag, storeClock.epochNanos(), text(), Quality.GOOD);
            }
            append(store, batch, tags);
            store.sealIfDue();
        }
        store.seal();
    }

    private void journal(Store store) throws Exception {
        var work = new LogWork(Duration.ofMillis(100).toNanos());
        for (int i = 0; i < JOURNALED_SCANS; i++) {
            append(store, work.next(), work.table);
        }
    }

    private void append(Store store, Batch batch, TagTable tags) throws Exception {
        store.append(new Intake(batch.size(), 0, 0), List.of(batch), tags);
        store.commit();
        samples += batch.size();
        storeClock.advance(Duration.ofMillis(100));
    }

    private long stamp() {
        return Hlc.of(storeClock.epochNanos() / 1_000_000, 0);
    }

    private static TagTable texts() {
        var tags = new Tag[TEXT_TAGS];
        for (int i = 0; i < TEXT_TAGS; i++) {
            tags[i] = Tag.of("device/text-%02d".formatted(i), ValueType.TEXT);
        }
        return TagTable.EMPTY.with(List.of(tags));
    }

    private String text() {
        var characters = new byte[TEXT_LENGTH];
        random.nextBytes(characters);
        for (int i = 0; i < TEXT_LENGTH; i++) {
            characters[i] = (byte) (characters[i] & 0x7f);
        }
        return new String(characters, java.nio.charset.StandardCharsets.US_ASCII);
    }

    private static long size(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            return paths.filter(p -> p.toString().endsWith(".seg"))
                    .mapToLong(p -> p.toFile().length())
                    .sum();
        }
    }

    private Store open(FileDisk disk) throws Exception {
        var config = StoreConfig.defaults();
        return Store.open(
                new StoreSetup(
                        disk,
                        new StoreConfig(
                                config.directory(),
                                8 * STORE_BYTES,
                                config.keep(),
                                config.syncEvery(),
                                config.sealEvery(),
                                config.whenFull()),
                        new GatewayId("bench"),
                        storeClock,
                        new Random(1)));
    }
}
