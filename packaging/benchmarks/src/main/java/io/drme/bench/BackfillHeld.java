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
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What a gateway has when its line was down for hours: a data directory as the store writes it,
 * with a sample of every tag each second.
 *
 * @param samples how many
 * @param blocks how many blocks they are in
 * @param bytes of these blocks
 */
record BackfillHeld(long samples, long blocks, long bytes) {
    private static final int COMMIT_SECONDS = 10;
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** Writes it; temperatures of one decimal that wander a little, as plants have. */
    static BackfillHeld write(Path folder, String gateway, int hours, Clock now) throws Exception {
        var clock = new ManualClock();
        long from = now.epochNanos() - Duration.ofHours(hours).toNanos();
        clock.jump(Duration.ofNanos(from - clock.epochNanos()));
        var table = TagTable.EMPTY.with(tags());
        var random = new SplittableRandom(11);
        var levels = new int[table.size()];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = 400 + random.nextInt(400);
        }
        var batch = new Batch();
        try (var store =
                Store.open(
                        new StoreSetup(
                                new FileDisk(folder),
                                StoreConfig.defaults().in(folder),
                                new GatewayId(gateway),
                                clock,
                                new java.security.SecureRandom()))) {
            var stamps = store.stamps();
            for (int second = 0; second < hours * 3_600; second++) {
                long time = clock.epochNanos() / NANOS_PER_MILLI * NANOS_PER_MILLI;
                batch.begin(0, stamps.next());
                for (int tag = 0; tag < levels.length; tag++) {
                    int dice = random.nextInt(8);
                    levels[tag] += dice == 0 ? 1 : dice == 1 ? -1 : 0;
                    batch.addDouble(tag, time, levels[tag] / 10.0, Quality.GOOD);
                }
                store.append(new Intake(levels.length, 0, 0), List.of(batch), table);
                clock.advance(Duration.ofSeconds(1));
                if (second % COMMIT_SECONDS == 0) {
                    store.commit();
                }
                store.sealIfDue();
            }
            store.seal();
            return of(store);
        }
    }

    private static List<Tag> tags() {
        var tags = new ArrayList<Tag>();
        for (int meter = 1; meter <= BackfillWork.METERS; meter++) {
            for (int i = 0; i < BackfillWork.TAGS_OF_METER; i++) {
                tags.add(Tag.of("meter-%d/v%d".formatted(meter, i), ValueType.FLOAT64));
            }
        }
        return tags;
    }

    private static BackfillHeld of(Store store) {
        var view = store.view();
        long blocks = 0;
        long bytes = 0;
        for (var range : view.held(StreamKind.DATA).ranges()) {
            for (long n = range.from(); n <= range.to(); n++) {
                blocks++;
                bytes += view.find(StreamKind.DATA, n).orElseThrow().lengthBytes();
            }
        }
        return new BackfillHeld(view.counters().accepted(), blocks, bytes);
    }
}
