package io.drme.edge.recording;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.edge.acquisition.Recording;
import io.drme.log.Store;
import io.drme.log.StoreConfig;
import io.drme.log.StoreSetup;
import io.drme.model.Batch;
import io.drme.model.GatewayId;
import io.drme.model.Quality;
import io.drme.model.SyncMode;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import io.drme.sync.Message;
import io.drme.testing.ManualClock;
import io.drme.testing.SimulatedDisk;
import io.drme.time.Hlc;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import org.junit.jupiter.api.Test;

/** When the store's thread makes durable what it is handed; time is the test's. */
class RecorderTest {
    private static final Duration SYNC_EVERY = Duration.ofSeconds(1);
    private static final TagTable TAGS =
            TagTable.EMPTY.with(
                    List.of(
                            new Tag(
                                    new TagName("meter/power"),
                                    ValueType.FLOAT64,
                                    "W",
                                    0,
                                    new SyncMode.Raw())));

    private final ManualClock clock = new ManualClock();
    private final ArrayBlockingQueue<Recording> in = new ArrayBlockingQueue<>(16);
    private final Recorder recorder;

    RecorderTest() throws Exception {
        var store =
                Store.open(
                        new StoreSetup(
                                new SimulatedDisk(new Random(1)),
                                StoreConfig.defaults(),
                                new GatewayId("press-line-1"),
                                clock,
                                new Random(1)));
        recorder = new Recorder(store, in, clock, SYNC_EVERY, _ -> {}, new ClockBook());
    }

    private void deliver() throws InterruptedException {
        var tick = new Batch(1);
        tick.begin(0, Hlc.of(clock.epochNanos() / 1_000_000, 0));
        tick.addDouble(0, clock.epochNanos(), 1.5, Quality.GOOD);
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
        recorder.step(0);
    }

    private long accepted() {
        return recorder.view().counters().accepted();
    }

    /** Somebody stands before the box and waits; sync-every is for the disk's sake afterwards. */
    @Test
    void theFirstSampleAfterAStartIsAcceptedAtOnce() throws Exception {
        deliver();

        assertThat(accepted()).isEqualTo(1);
    }

    @Test
    void thoseAfterItWaitForTheBeatOfSyncEvery() throws Exception {
        deliver();
        deliver();
        clock.advance(SYNC_EVERY.minusMillis(1));
        deliver();
        assertThat(accepted()).isEqualTo(1);

        clock.advance(Duration.ofMillis(1));
        recorder.step(0);

        assertThat(accepted()).isEqualTo(3);
    }

    @Test
    void whatTheStoreCostsAndHowLongItLastsIsKnownAfterAMinuteAndToldToTheCentre()
            throws Exception {
        var log = new RecorderLog(recorder, 1);
        deliver();
        assertThat(recorder.wear().bytesADay()).isEmpty();
        assertThat(log.endurance()).isEqualTo(Message.Endurance.UNKNOWN);

        for (int i = 0; i < 130; i++) {
            clock.advance(SYNC_EVERY);
            deliver();
        }

        double hours = recorder.wear().autonomyHours().orElseThrow();
        assertThat(log.endurance().autonomyMinutes()).isPositive().isEqualTo((long) (hours * 60));
        // A page a commit at least: a commit a second writes no less than this in a day.
        assertThat(log.endurance().writtenBytesADay())
                .isGreaterThan(86_400 * 4_096L)
                .isEqualTo((long) recorder.wear().bytesADay().orElseThrow());
    }
}
