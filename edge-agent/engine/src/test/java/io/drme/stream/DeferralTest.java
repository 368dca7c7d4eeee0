package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.Sample;
import io.drme.model.Tag;
import io.drme.model.ValueType;
import io.drme.stream.DocExamples.Example;
import io.drme.time.Clock;
import io.drme.time.Hlc;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What waits gives the same results as what does not: over the examples of all operators, with more
 * pipelines behind them, and with pauses from a seed.
 */
class DeferralTest {
    /** Reads devices and results together, and then what comes of that. */
    private static final String CHAIN =
            """
              chain-all:
                from: ["**"]
                steps: [{filter: "quality != 'bad' || reason != 'stale'"}]
                to: ["chain-all/{tag}"]
                within: @first@
                weight: @weight@
              chain-counts:
                from: ["chain-all/**", "*/**"]
                steps: [{aggregate: {window: 4s, every: 2s, lateness: 1s, functions: [count, last]}}]
                to: ["chain-counts/{tag}/{function}"]
              chain-end:
                from: ["chain-counts/**/count"]
                steps: [{map: "value + 1"}]
                to: ["chain-end/{tag}"]
                within: @second@
            """;

    private static final List<Example> EXAMPLES =
            DocsTest.examples()
                    .filter(e -> e.yaml().startsWith("pipelines:"))
                    .filter(e -> e.yaml().lines().filter(l -> !l.startsWith(" ")).count() == 1)
                    .toList();

    /** Time passes whenever somebody looks, so that runs cost something. */
    private static final class UnsteadyClock implements Clock {
        private final Random random;
        private long nanos;

        private UnsteadyClock(Random random) {
            this.random = random;
        }

        @Override
        public long epochNanos() {
            return nanos;
        }

        @Override
        public long nanoTime() {
            nanos += random.nextLong(300_000);
            return nanos;
        }

        @Override
        public void sleep(Duration time) {
            nanos += time.toNanos();
        }
    }

    /** A batch, or a tick where there are no samples. */
    private record Pass(long now, Batch samples) {}

    private static String yaml(Example example, Random random) {
        var within = List.of("10ms", "200ms", "1h");
        return example.yaml()
                + CHAIN.replace("@first@", within.get(random.nextInt(3)))
                        .replace("@weight@", String.valueOf(1 + random.nextInt(100)))
                        .replace("@second@", within.get(random.nextInt(3)));
    }

    private static List<Pass> passes(Random random, Tag[] tags) {
        var passes = new ArrayList<Pass>();
        long now = Rig.START;
        for (int i = 0; i < 120; i++) {
            now += random.nextInt(6) == 0 ? 0 : random.nextLong(900_000_000L);
            now -= random.nextInt(40) == 0 ? 3_000_000_000L : 0;
            var batch = new Batch();
            batch.begin(0, Hlc.of(now / 1_000_000, 0));
            for (int n = random.nextInt(5); n > 0; n--) {
                add(batch, random, tags, now);
            }
            passes.add(new Pass(now / 1_000_000 * 1_000_000, batch));
        }
        return passes;
    }

    private static void add(Batch batch, Random random, Tag[] tags, long now) {
        int tag = random.nextInt(tags.length);
        long time = now - (random.nextInt(5) == 0 ? random.nextLong(4_000_000_000L) : 0);
        byte quality =
                random.nextInt(8) == 0 ? Quality.uncertain(Reason.DEVICE_UNCERTAIN) : Quality.GOOD;
        if (random.nextInt(8) == 0) {
            batch.addBad(tag, time, Reason.TIMEOUT);
            return;
        }
        switch (tags[tag].type()) {
            case BOOLEAN -> batch.addBoolean(tag, time, random.nextBoolean(), quality);
            case INT64 -> batch.addInt(tag, time, random.nextInt(100), quality);
            case FLOAT64 -> batch.addDouble(tag, time, random.nextInt(800) / 8.0, quality);
            case TEXT -> batch.addText(tag, time, "t" + random.nextInt(4), quality);
        }
    }

    private static Map<String, List<String>> byTag(List<Sample> samples) {
        var byTag = new LinkedHashMap<String, List<String>>();
        for (var tag : samples.stream().map(s -> s.tag().text()).sorted().distinct().toList()) {
            byTag.put(
                    tag,
                    samples.stream()
                            .filter(s -> s.tag().text().equals(tag))
                            .map(Rig::line)
                            .toList());
        }
        return byTag;
    }

    private static List<Sample> atOnce(Pipelines pipelines, List<Pass> passes) {
        var results = new ArrayList<Sample>();
        var derived = new Batch();
        for (var pass : passes) {
            derived.begin(0, 0);
            if (pass.samples().size() == 0) {
                pipelines.tick(pass.now(), derived);
            } else {
                pipelines.process(pass.samples(), derived);
            }
            results.addAll(derived.samples(pipelines.table()));
        }
        return results;
    }

    private static List<Sample> deferred(Pipelines pipelines, List<Pass> passes, Random random) {
        var schedule =
                new Schedule(
                        pipelines, new EngineBudget(0.01, 1L << 20), new UnsteadyClock(random));
        var results = new ArrayList<Sample>();
        var derived = new Batch();
        int waited = 0;
        for (var pass : passes) {
            boolean behind = random.nextInt(6) != 0;
            derived.begin(0, 0);
            if (pass.samples().size() == 0) {
                schedule.tick(pass.now(), derived, () -> behind);
            } else {
                schedule.process(pass.samples(), derived, () -> behind);
            }
            waited += schedule.isWaiting() ? 1 : 0;
            results.addAll(derived.samples(pipelines.table()));
        }
        assertThat(waited).isGreaterThan(passes.size() / 4);
        while (schedule.isWaiting()) {
            derived.begin(0, 0);
            schedule.goOn(derived, () -> false);
            results.addAll(derived.samples(pipelines.table()));
        }
        return results;
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void whatWaitsGivesTheSameResultsAndLeavesTheSameState(long seed) {
        var random = new Random(seed);
        var example = EXAMPLES.get(random.nextInt(EXAMPLES.size()));
        var yaml = yaml(example, random);
        var passes = passes(random, example.tags());
        var first = Pipelines.of(yaml, example.tags());
        var second = Pipelines.of(yaml, example.tags());

        var expected = atOnce(first, passes);
        var found = deferred(second, passes, random);

        assertThat(byTag(found)).as(example.toString()).isEqualTo(byTag(expected));
        assertThat(second.snapshot()).isEqualTo(first.snapshot());
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void textsAndSamplesComeOutOfAQueueAsTheyWentIn(long seed) {
        var random = new Random(seed);
        var tag = Tag.of("a/text", ValueType.TEXT);
        var pipelines =
                Pipelines.of(
                        "pipelines: {p: {from: '**', steps: [{filter: \"true\"}], to: 'p/{tag}'}}",
                        tag);
        var pipeline = pipelines.list().getFirst();
        var queue = new Waiting();
        var derived = new Batch();
        var in = new ArrayList<String>();
        long added = 0;
        long pass = 0;
        for (int i = 0; i < 200; i++) {
            var batch = new Batch();
            for (int n = random.nextInt(60); n >= 0; n--) {
                batch.addText(0, added, "text " + added, Quality.GOOD);
                in.add("text " + added++);
            }
            for (int at = 0; at < batch.size(); at++) {
                queue.add(i, 0, 0, batch, at);
            }
            while (pass < i - random.nextInt(80)) {
                queue.give(pass++, pipeline);
                pipeline.run(0, derived);
            }
        }
        while (queue.first() != Waiting.NONE) {
            queue.give(queue.first(), pipeline);
            pipeline.run(0, derived);
        }

        var out = new ArrayList<String>();
        for (int i = 0; i < derived.size(); i++) {
            out.add(derived.text(i));
        }
        assertThat(out).isEqualTo(in);
        assertThat(queue.bytes()).isZero();
    }
}
