package io.drme.edge.recording;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.edge.acquisition.Recording;
import io.drme.log.Store;
import io.drme.log.StoreConfig;
import io.drme.log.StoreSetup;
import io.drme.model.Batch;
import io.drme.model.GatewayId;
import io.drme.model.Quality;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import io.drme.testing.ManualClock;
import io.drme.testing.SimulatedDisk;
import io.drme.time.Hlc;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the gateway's own log tells of a tag while samples come in and blocks are sealed. */
class LocalHistoryTest {
    private static final TagName POWER = new TagName("meter/power");
    private static final TagTable TAGS =
            TagTable.EMPTY.with(List.of(Tag.of(POWER.text(), ValueType.INT64)));

    private final ManualClock clock = new ManualClock();
    private final ArrayBlockingQueue<Recording> in = new ArrayBlockingQueue<>(16);
    private final Recorder recorder;
    private final Thread owner;
    private long given;

    LocalHistoryTest() throws Exception {
        var store =
                Store.open(
                        new StoreSetup(
                                new SimulatedDisk(new Random(1)),
                                StoreConfig.defaults(),
                                new GatewayId("press-line-1"),
                                clock,
                                new Random(1)));
        recorder = new Recorder(store, in, clock, Duration.ofSeconds(1), _ -> {}, new ClockBook());
        owner = new Thread(recorder, "store");
    }

    @BeforeEach
    void start() {
        owner.start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        recorder.stop();
        owner.join();
    }

    private void deliver() throws InterruptedException {
        clock.advance(Duration.ofSeconds(1));
        var tick = new Batch(1);
        tick.begin(0, Hlc.of(clock.epochNanos() / 1_000_000, 0));
        tick.addInt(0, clock.epochNanos(), ++given, Quality.GOOD);
        in.add(
                new Recording(
                        Optional.of(tick),
                        new Batch(1),
                        TAGS,
                        1,
                        0,
                        List.of(),
                        List.of(),
                        () -> {}));
        // A question may be answered before what came just after the owner had looked.
        while (recorder.view().counters().accepted() < given) {
            recorder.flush();
        }
    }

    // The tail was asked for after the blocks had been read: what was sealed in between was in
    // neither.
    @Test
    void aSampleIsGivenOnceThoughABlockIsSealedWhileHistoryIsRead() throws Exception {
        deliver();
        recorder.sealAll();
        deliver();
        var values = new ArrayList<Long>();
        new LocalHistory(recorder)
                .each(
                        POWER,
                        0,
                        Long.MAX_VALUE,
                        (columns, _, _) -> {
                            for (int i = 0; i < columns.size(); i++) {
                                values.add(columns.bits()[i]);
                            }
                            try {
                                deliver();
                                recorder.sealAll();
                            } catch (InterruptedException e) {
                                throw new AssertionError(e);
                            }
                        });
        assertThat(values).containsExactly(1L, 2L);
    }
}
