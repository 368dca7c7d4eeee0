package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.drme.config.Problems;
import io.drme.config.Where;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Tag;
import io.drme.model.ValueType;
import io.drme.testing.ManualClock;
import io.drme.time.Hlc;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who runs when there is not time enough for all; time passes by what operators cost. */
class ScheduleTest {
    private static final EngineBudget BUDGET = new EngineBudget(0.5, 64L << 20);
    private static final Tag SOURCE = Tag.of("press/value", ValueType.FLOAT64);

    private final ManualClock clock = new ManualClock();
    private final Batch derived = new Batch();

    /** A step that takes so long a sample; its results have the time when they came to be. */
    private record Costly(ManualClock clock, long nanosASample) implements Step {
        @Override
        public Optional<Operator> make(Making making) {
            return Optional.of(
                    new Operator() {
                        @Override
                        public List<Lane> lanes() {
                            return making.lanes();
                        }

                        @Override
                        public void process(Batch in, long now, Batch out) {
                            for (int i = 0; i < in.size(); i++) {
                                clock.advance(Duration.ofNanos(nanosASample));
                                long late = clock.epochNanos() - in.sourceTimes()[i];
                                out.addDouble(in.tags()[i], late, late / 1e9, Quality.GOOD);
                            }
                        }
                    });
        }
    }

    /** A step that passes everything. */
    private record Passing() implements Step {
        @Override
        public Optional<Operator> make(Making making) {
            return Optional.of(
                    new Operator() {
                        @Override
                        public List<Lane> lanes() {
                            return making.lanes();
                        }

                        @Override
                        public void process(Batch in, long now, Batch out) {
                            for (int i = 0; i < in.size(); i++) {
                                out.addFrom(in, i);
                            }
                        }
                    });
        }
    }

    private PipelineConfig pipeline(String name, long micros, Share share) {
        return pipeline(name, "press/**", micros, share);
    }

    private PipelineConfig pipeline(String name, String from, long micros, Share share) {
        return new PipelineConfig(
                name,
                List.of(from),
                List.of(new Costly(clock, micros * 1_000)),
                List.of(name + "/{tag}"),
                Optional.empty(),
                Optional.empty(),
                share,
                new Where("gateway.yaml", 1, 1));
    }

    private static Share share(int weight, Duration within) {
        return new Share(weight, within, Optional.empty());
    }

    private Schedule schedule(EngineBudget budget, PipelineConfig... pipelines) {
        var problems = new Problems();
        var compiled = Pipelines.compile(List.of(pipelines), List.of(SOURCE), problems);
        assertThat(problems.list()).isEmpty();
        return new Schedule(compiled, budget, clock);
    }

    /** A batch of so many samples of now, while others wait. */
    private void busy(Schedule schedule, int samples) {
        schedule.process(batch(samples), begun(), () -> true);
    }

    private Batch batch(int samples) {
        var batch = new Batch();
        batch.begin(0, Hlc.of(clock.epochNanos() / 1_000_000, 0));
        for (int i = 0; i < samples; i++) {
            batch.addDouble(0, clock.epochNanos(), i, Quality.GOOD);
        }
        return batch;
    }

    private Batch begun() {
        derived.begin(0, 0);
        return derived;
    }

    /** How late the latest result of a pipeline is in {@link #derived}, in seconds; 0 for none. */
    private double latest(Schedule schedule, String name) {
        return derived.samples(schedule.pipelines().table()).stream()
                .filter(s -> s.tag().text().startsWith(name + "/"))
                .mapToDouble(s -> s.sourceTimeNanos() / 1e9)
                .max()
                .orElse(0);
    }

    private static PipelineLoad load(List<PipelineLoad> loads, String name) {
        return loads.stream().filter(l -> l.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void samplesThatWereLateAreAmongTheFiguresOfTheirPipeline() {
        var yaml =
                "pipelines: {p: {from: oil, steps: [{throttle: {every: 5s}}], to: p}, q: {from: oil, steps: [{map: value}], to: q}}";
        var oil = Tag.of("oil", ValueType.FLOAT64);
        var schedule = new Schedule(Pipelines.of(yaml, oil), EngineBudget.usual(), clock);
        var batch = batch(1);
        batch.addDouble(0, clock.epochNanos() - 1, 0, Quality.GOOD);

        schedule.process(batch, begun(), () -> false);

        assertThat(load(schedule.loads(), "p").late()).isEqualTo(1);
        assertThat(load(schedule.loads(), "q").late()).isZero();
    }

    @Test
    void whoKeepsUpRunsEverythingAtOnce() {
        var schedule =
                schedule(
                        BUDGET,
                        pipeline("heavy", 5_000, Share.usual()),
                        pipeline("light", 1, Share.usual()));

        schedule.process(batch(10), begun(), () -> false);

        assertThat(derived.size()).isEqualTo(20);
        assertThat(schedule.isWaiting()).isFalse();
        assertThat(load(schedule.loads(), "heavy").deferred()).isZero();
    }

    // All of a call goes to the store as one tick, which must not be too large for it.
    @Test
    void longTextsComeWithSeveralCalls() {
        var problems = new Problems();
        var text = Tag.of("text/one", ValueType.TEXT);
        var passing =
                new PipelineConfig(
                        "p",
                        List.of("text/one"),
                        List.of(new Passing()),
                        List.of("p/x"),
                        Optional.empty(),
                        Optional.empty(),
                        share(10, Duration.ofHours(1)),
                        new Where("gateway.yaml", 1, 1));
        var pipelines =
                Pipelines.compile(
                        List.of(pipeline("heavy", 50_000, Share.usual()), passing),
                        List.of(SOURCE, text),
                        problems);
        var schedule = new Schedule(pipelines, new EngineBudget(0.001, 64L << 20), clock);
        busy(schedule, 10); // half a second, which it owes from now on
        for (int i = 0; i < 500; i++) {
            var batch = new Batch();
            batch.begin(0, Hlc.of(clock.epochNanos() / 1_000_000, 0));
            batch.addText(1, clock.epochNanos(), "x".repeat(4_000), Quality.GOOD);
            schedule.process(batch, begun(), () -> true);
        }
        int results = 0;
        int calls = 0;
        while (schedule.isWaiting()) {
            schedule.goOn(begun(), () -> false);
            assertThat(derived.size()).isBetween(1, Schedule.MOST_CHARACTERS / 4_000 + 1);
            results += derived.size();
            calls++;
        }
        assertThat(calls).isGreaterThan(1);
        assertThat(results).isGreaterThan(Schedule.MOST_CHARACTERS / 4_000);
    }

    @Test
    void aLightPipelineKeepsItsBoundWhileAHeavyOneIsEverFurtherBehind() {
        var schedule =
                schedule(
                        BUDGET,
                        pipeline("heavy", 1_000, share(10, Duration.ofSeconds(1))),
                        pipeline("light", 10, share(10, Duration.ofMillis(200))));
        double worst = 0;

        for (int i = 0; i < 2_000; i++) { // 10 s of batches, of which heavy alone would need 20 s
            clock.advance(Duration.ofMillis(5));
            busy(schedule, 10);
            worst = Math.max(worst, latest(schedule, "light"));
        }

        var loads = schedule.loads();
        assertThat(worst).isPositive().isLessThanOrEqualTo(0.2);
        assertThat(load(loads, "light").overdue()).isZero();
        assertThat(load(loads, "heavy").ageNanos()).isGreaterThan(3_000_000_000L);
        assertThat(load(loads, "heavy").deferred()).isPositive();
        assertThat(load(loads, "heavy").strain()).isGreaterThan(0.5);
    }

    @Test
    void pipelinesTogetherGetNoMoreThanTheEnginesPartWhileTheOwnerIsBehind() {
        var schedule =
                schedule(
                        new EngineBudget(0.2, 64L << 20),
                        pipeline("heavy", 1_000, share(10, Duration.ofHours(1))));
        schedule.loads();

        for (int i = 0; i < 4_000; i++) {
            clock.advance(Duration.ofMillis(5));
            busy(schedule, 5);
        }

        assertThat(load(schedule.loads(), "heavy").cpu()).isCloseTo(0.2, within(0.01));
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void timeIsSharedByWeightWhateverASampleCosts(long seed) {
        var random = new Random(seed);
        var names = List.of("a", "b", "c", "d");
        var configs = new ArrayList<PipelineConfig>();
        int weights = 0;
        for (var name : names) {
            int weight = 5 + random.nextInt(40);
            weights += weight;
            configs.add(
                    pipeline(
                            name,
                            1_000 + random.nextInt(1_500),
                            share(weight, Duration.ofHours(1))));
        }
        var schedule = schedule(BUDGET, configs.toArray(PipelineConfig[]::new));

        for (int i = 0; i < 4_000; i++) {
            clock.advance(Duration.ofMillis(2 + random.nextInt(4)));
            busy(schedule, 1 + random.nextInt(8));
        }

        var loads = schedule.loads();
        double together = loads.stream().mapToDouble(PipelineLoad::cpu).sum();
        for (var load : loads) {
            assertThat(load.cpu() / together)
                    .as(load.name() + " of weight " + load.share().weight() + " in " + weights)
                    .isCloseTo(
                            (double) load.share().weight() / weights,
                            within(0.1 * load.share().weight() / weights));
        }
    }

    @Test
    void theLowestWeightBesideTheHighestStillRuns() {
        var schedule =
                schedule(
                        BUDGET,
                        pipeline("great", 500, share(100, Duration.ofMillis(10))),
                        pipeline(
                                "small",
                                500,
                                new Share(1, Duration.ofHours(1), Optional.of(32L << 20))));

        for (int i = 0; i < 4_000; i++) {
            clock.advance(Duration.ofMillis(5));
            busy(schedule, 20);
        }

        var loads = schedule.loads();
        double part = load(loads, "small").cpu() / load(loads, "great").cpu();
        assertThat(part).isCloseTo(0.01, within(0.002));
    }

    @Test
    void onceTheOwnerCatchesUpAllThatWaitedRuns() {
        var schedule = schedule(BUDGET, pipeline("heavy", 1_000, share(10, Duration.ofHours(1))));
        for (int i = 0; i < 100; i++) {
            clock.advance(Duration.ofMillis(5));
            busy(schedule, 20);
        }
        int waiting = load(schedule.loads(), "heavy").waiting();
        assertThat(waiting).isGreaterThan(1_000);

        schedule.goOn(begun(), () -> false);

        assertThat(derived.size()).isEqualTo(waiting);
        assertThat(schedule.isWaiting()).isFalse();
        assertThat(load(schedule.loads(), "heavy").ageNanos()).isZero();
    }

    @Test
    void whoHasNoMoreRoomRunsInAnyCaseSoThatNothingIsDropped() {
        long memory = 64L << 10;
        var config =
                pipeline("heavy", 1_000, new Share(1, Duration.ofHours(1), Optional.of(memory)));
        var schedule = schedule(BUDGET, config);
        int results = 0;

        for (int i = 0; i < 500; i++) {
            busy(schedule, 20);
            results += derived.size();
            assertThat(load(schedule.loads(), "heavy").waitingBytes()).isLessThanOrEqualTo(memory);
        }

        var load = load(schedule.loads(), "heavy");
        assertThat(load.forced()).isPositive();
        assertThat(results + load.waiting()).isEqualTo(500 * 20);
    }

    @Test
    void thePassesThatWaitAreBoundedToo() {
        var schedule =
                schedule(
                        new EngineBudget(0.01, 64L << 20),
                        pipeline("slow", 200_000, share(1, Duration.ofHours(1))),
                        pipeline("end", "slow/**", 1, Share.usual()));
        busy(schedule, 1);

        for (int i = 0; i < Schedule.MOST_PASSES + 100; i++) {
            schedule.tick(clock.epochNanos(), begun(), () -> true);
        }

        assertThat(schedule.loads()).allMatch(l -> l.forced() > 0);
    }

    @Test
    void whatReadsAHeavyPipelineHandsItsBoundUpToIt() {
        var schedule =
                schedule(
                        BUDGET,
                        pipeline("above", 100, share(10, Duration.ofHours(1))),
                        pipeline("reader", "above/**", 10, share(10, Duration.ofMillis(200))),
                        pipeline("other", 2_000, share(10, Duration.ofSeconds(1))));
        double worst = 0;

        for (int i = 0; i < 2_000; i++) {
            clock.advance(Duration.ofMillis(5));
            busy(schedule, 5);
            worst = Math.max(worst, latest(schedule, "above"));
        }

        assertThat(worst).isPositive().isLessThan(0.25);
        assertThat(load(schedule.loads(), "reader").overdue()).isZero();
    }

    @Test
    void aFileSaysWhatAPipelineMayTake() {
        var pipelines =
                Pipelines.of(
                        """
                        pipelines:
                          p: {from: "**", steps: [{map: value}], to: "p/{tag}", weight: 3, within: 20ms, memory: 1MiB}
                          q: {from: "p/**", steps: [{map: value}], to: "q/{tag}"}
                        """,
                        SOURCE);

        assertThat(pipelines.list().getFirst().share())
                .isEqualTo(new Share(3, Duration.ofMillis(20), Optional.of(1L << 20)));
        assertThat(pipelines.list().getLast().share())
                .isEqualTo(new Share(10, Duration.ofSeconds(1), Optional.empty()))
                .isEqualTo(Share.usual());
        assertThat(EngineBudget.usual()).isEqualTo(new EngineBudget(0.5, 16L << 20));
    }

    @Test
    void whatIsWrongWithAShareIsTold() {
        assertThat(
                        Rig.problems(
                                """
                                pipelines:
                                  p: {from: "**", steps: [{map: value}], to: "p/{tag}", weight: 0, within: 1ms, memory: 1KiB}
                                """,
                                SOURCE))
                .anyMatch(p -> p.contains("weight: 0 is outside 1 to 100"))
                .anyMatch(p -> p.contains("within: 1ms is outside 10ms to 1h"))
                .anyMatch(p -> p.contains("memory: 1KiB is outside 64KiB to 4GiB"));
    }

    @Test
    void theEnginesPartIsReadAsPercent() {
        var problems = new Problems();
        assertThat(EngineBudget.read(Rig.top("{cpu: 12.5%, memory: 8MiB}", problems)))
                .isEqualTo(new EngineBudget(0.125, 8L << 20));
        assertThat(problems.list()).isEmpty();

        EngineBudget.read(Rig.top("{cpu: 150%}", problems));
        assertThat(problems.list().getFirst().toString())
                .contains("cpu: '150%' is not a part of one core from 1% to 100%, such as 50%");
    }
}
