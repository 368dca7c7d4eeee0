package io.drme.edge.acquisition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.alarm.Alarms;
import io.drme.config.Problems;
import io.drme.driver.Pace;
import io.drme.driver.TagAddress;
import io.drme.driver.TagSpec;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.SyncMode;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import io.drme.stream.EngineBudget;
import io.drme.stream.Pipelines;
import io.drme.time.Clock;
import io.drme.time.HybridClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** The pass from drivers to the store while pipelines can't follow. */
class AcquisitionTest {
    private static final int GROUP = 1;
    private static final int SAMPLES = 10;

    /** Between two samples: beyond every deadband, and beyond that of the file alone. */
    private static final double WIDE = 5;

    private static final double NARROW = 0.6;

    private static final String PIPELINES =
            """
            pipelines:
              double: {from: "press/**", steps: [{map: "value * 2.0"}], to: "double/{tag}", within: 100ms}
              more: {from: "double/**", steps: [{map: "value + 1.0"}], to: "more/{tag}", weight: 1}
            """;

    /** Time passes whenever somebody looks: so much that pipelines can't follow, where slow. */
    private static final class LookedAtClock implements Clock {
        private long nanos = 1_767_225_600_000_000_000L;
        private long aLook = 1_000;

        @Override
        public long epochNanos() {
            return nanos;
        }

        @Override
        public long nanoTime() {
            nanos += aLook;
            return nanos;
        }

        @Override
        public void sleep(Duration time) {
            nanos += time.toNanos();
        }
    }

    private enum Nowhere implements TagAddress {
        HERE
    }

    private final LookedAtClock clock = new LookedAtClock();
    private final ArrayBlockingQueue<Batch> in =
            new ArrayBlockingQueue<>(Acquisition.IN_QUEUE_BATCHES);
    private final ArrayBlockingQueue<Recording> out = new ArrayBlockingQueue<>(100_000);
    private final List<Recording> recordings = new ArrayList<>();
    private final Acquisition acquisition =
            new Acquisition(clock, new HybridClock(clock, 0), in, out, plan());

    private static Plan plan() {
        return plan(PIPELINES);
    }

    private static Plan plan(String yaml) {
        var spec =
                new TagSpec(
                        new TagName("press/value"),
                        ValueType.FLOAT64,
                        ValueType.FLOAT64,
                        "",
                        1,
                        0,
                        Double.NEGATIVE_INFINITY,
                        Double.POSITIVE_INFINITY,
                        0.5,
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(5),
                        new SyncMode.Raw(),
                        Nowhere.HERE);
        var pipelines = Pipelines.of(yaml, Tag.of("press/value", ValueType.FLOAT64));
        var alarms = Alarms.compile(List.of(), "gw", pipelines, new Problems());
        return new Plan(
                List.of(spec),
                pipelines,
                alarms,
                0,
                Set.of(GROUP),
                new EngineBudget(0.01, 1L << 20),
                List.of(new Paced("press", false, List.of(0), 10)));
    }

    private void deliver(int batches, double step) {
        for (int i = 0; i < batches; i++) {
            var batch = new Batch();
            batch.begin(GROUP, 0);
            for (int n = 0; n < SAMPLES; n++) {
                batch.addDouble(0, clock.epochNanos(), (i * SAMPLES + n) * step, Quality.GOOD);
            }
            in.add(batch);
        }
    }

    private void step(int times) throws InterruptedException {
        for (int i = 0; i < times; i++) {
            acquisition.step(0);
            out.drainTo(recordings);
        }
    }

    private long raw() {
        return recordings.stream().flatMap(r -> r.samples().stream()).mapToLong(Batch::size).sum();
    }

    private long derived() {
        return recordings.stream().mapToLong(r -> r.derived().size()).sum();
    }

    @Test
    void samplesReachTheStoreInTheirOwnPassHoweverFarBehindPipelinesAre() throws Exception {
        clock.aLook = 2_000_000;
        deliver(500, WIDE);

        step(400);

        assertThat(raw()).isEqualTo(400 * SAMPLES);
        assertThat(derived()).isLessThan(2 * 400 * SAMPLES);
    }

    @Test
    void whatWaitedComesOutOnceTheQueueIsEmpty() throws Exception {
        clock.aLook = 2_000_000;
        deliver(500, WIDE);

        step(5_000);

        assertThat(raw()).isEqualTo(500 * SAMPLES);
        assertThat(derived()).isEqualTo(2 * 500 * SAMPLES);
    }

    @Test
    void aSnapshotHasAllThatWaitedBehindIt() throws Exception {
        clock.aLook = 2_000_000;
        deliver(1_000, WIDE);
        step(100);
        assertThat(derived()).isLessThan(2 * 100 * SAMPLES);

        assertThat(
                        asked(owner -> {
                            owner.pipelines();
                            out.drainTo(recordings);
                            return derived() == 2 * raw();
                        }))
                .isTrue();
    }

    /** The question runs on the owner's thread, which is the test's; no step follows it. */
    private boolean asked(Predicate<Acquisition.Owner> question) throws InterruptedException {
        var isAnswered = new AtomicBoolean();
        var answer = new AtomicBoolean();
        var asker =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                acquisition.<Boolean>ask(owner -> {
                                    answer.set(question.test(owner));
                                    return isAnswered.compareAndSet(false, true);
                                });
                            } catch (InterruptedException _) {
                                Thread.currentThread().interrupt();
                            }
                        });
        while (!isAnswered.get()) {
            Thread.onSpinWait(); // the asker comes before the queue is empty
            step(asker.getState() == Thread.State.RUNNABLE ? 0 : 1);
        }
        asker.join();
        return answer.get();
    }

    private boolean applied(String yaml) throws InterruptedException {
        return asked(owner -> {
            owner.change(plan(yaml));
            out.drainTo(recordings);
            return derived() == 2 * raw();
        });
    }

    @Test
    void aReloadThatTouchesNoPipelineLeavesWaitingWhatWaitsAndAsksForNoMore() throws Exception {
        clock.aLook = 2_000_000;
        deliver(1_000, WIDE);
        step(900);
        var state = acquisition.engine();
        assertThat(state.paces()).isNotEmpty();

        assertThat(applied(PIPELINES)).isFalse();

        step(1);
        assertThat(acquisition.engine().paces()).isEqualTo(state.paces());
        assertThat(acquisition.engine().paceChanges()).isEqualTo(state.paceChanges());
        deliver(10, NARROW);
        step(200);
        assertThat(acquisition.engine().widened()).isPositive();
        step(20_000);
        assertThat(derived()).isEqualTo(2 * raw());
    }

    @Test
    void aReloadThatChangesAPipelineRunsFirstWhatWaitsAndAsksForNoMore() throws Exception {
        clock.aLook = 2_000_000;
        deliver(1_000, WIDE);
        step(900);
        var paces = acquisition.engine().paces();
        assertThat(paces).isNotEmpty();

        assertThat(applied(PIPELINES.replace("value + 1.0", "value + 2.0"))).isTrue();

        step(1);
        assertThat(acquisition.engine().paces()).isEqualTo(paces);
    }

    @Test
    void theStopLosesNothingThatWaited() throws Exception {
        clock.aLook = 2_000_000;
        deliver(500, WIDE);
        step(400);
        clock.aLook = 1_000;

        acquisition.stop();
        acquisition.run();
        out.drainTo(recordings);

        assertThat(raw()).isEqualTo(500 * SAMPLES);
        assertThat(derived()).isEqualTo(2 * 500 * SAMPLES);
        assertThat(acquisition.<Integer>afterEnd(o -> o.pipelines().count())).isEqualTo(2);
    }

    /** So the next start goes on from the snapshot before, and from the samples on record. */
    @Test
    void aStopThatCanNotWaitForPipelinesKeepsSamplesAndGivesNoState() throws Exception {
        clock.aLook = 20_000_000;
        deliver(500, WIDE);

        acquisition.stop();
        acquisition.run();
        out.drainTo(recordings);

        assertThat(raw()).isEqualTo(500 * SAMPLES);
        assertThat(derived()).isLessThan(2 * 500 * SAMPLES);
        assertThatThrownBy(() -> acquisition.afterEnd(o -> o.pipelines().count()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aDeviceIsAskedForLessAndThenForAllAgain() throws Exception {
        clock.aLook = 2_000_000;
        deliver(1_000, WIDE);
        step(900);

        var state = acquisition.engine();
        assertThat(state.paces().getOrDefault("press", Pace.USUAL).why())
                .startsWith("deadbands ")
                .endsWith("can't follow");
        assertThat(state.paceChanges()).isPositive();
        assertThat(state.widened()).isZero();
        deliver(10, NARROW);
        step(200);
        assertThat(acquisition.engine().widened()).isPositive();

        step(40_000);
        assertThat(acquisition.engine().paces()).isEmpty();
        clock.aLook = 1_000;
        long before = raw();
        deliver(100, NARROW);
        step(100);
        assertThat(raw() - before).isEqualTo(100 * SAMPLES);
    }
}
