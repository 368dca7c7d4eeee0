package io.drme.alarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.YamlReader;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import io.drme.stream.Pipelines;
import io.drme.time.Hlc;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Alarms that go on from an old snapshot and the record behind it do what undisturbed ones do.
 *
 * <p>Planted and found: suppression not followed, the tag that is compared with not followed, every
 * delay begun anew by a comment, a hold of suppression begun anew by a comment; a snapshot that
 * forgets which came first of its group, or for how long nobody has acknowledged.
 */
class RecallTest {
    private static final int SECONDS = 240;
    private static final String TAG = "press/oil";
    private static final String SETPOINT = "press/setpoint";
    private static final String RUNNING = "press/running";
    private static final List<Tag> TAGS =
            List.of(
                    Tag.of(TAG, ValueType.FLOAT64),
                    Tag.of(SETPOINT, ValueType.FLOAT64),
                    Tag.of(RUNNING, ValueType.BOOLEAN));

    private static final String YAML =
            """
            alarms:
              hot: {tag: press/oil, high: 80, deadband: 3, on-delay: 7s, off-delay: 4s, escalate-after: 20s, first-out: trip}
              held: {tag: press/oil, high: 75, suppress-when: {tag: press/running, when: "!value", hold: 5s}, first-out: trip}
              late: {tag: press/oil, low: 20, on-delay: 3s, suppress-when: {tag: press/running, when: "!value"}}
              off: {tag: press/oil, deviation: {from: press/setpoint, by: 30}, on-delay: 2s, off-delay: 6s}
              fast: {tag: press/oil, rate: {rise: 40, per: 8s}, first-out: trip, escalate-after: 12s}
              gone: {tag: press/oil, stale: 6s}
            """;

    /** What comes at a second: a sample, or nothing. */
    private record Moment(long nanos, Batch samples, String comment) {}

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void aKillChangesNothing(long seed) {
        var random = new SplittableRandom(seed);
        var moments = moments(random);
        int savedAt = random.nextInt(SECONDS / 2);
        int killedAt = random.nextInt(savedAt, SECONDS - 30);

        var undisturbed = compiled();
        var expected = new ArrayList<Transition>();
        var snapshot = new byte[0];
        int recordedBefore = 0;
        int toldBefore = 0;
        for (int i = 0; i < moments.size(); i++) {
            live(undisturbed, moments.get(i), expected);
            if (i == savedAt) {
                snapshot = undisturbed.snapshot();
                recordedBefore = expected.size();
            }
            if (i == killedAt) {
                toldBefore = expected.size();
            }
        }

        var killed = compiled();
        assertThat(killed.restore(snapshot, 0, _ -> {})).isTrue();
        var recall = new Recall(killed, expected.subList(recordedBefore, toldBefore));
        for (var moment : moments.subList(savedAt + 1, killedAt + 1)) {
            if (moment.samples().size() > 0) {
                recall.read(moment.samples());
            }
            recall.tick(moment.nanos());
        }
        recall.end();
        var after = new ArrayList<Transition>();
        for (var moment : moments.subList(killedAt + 1, moments.size())) {
            live(killed, moment, after);
        }
        assertThat(after.stream().map(RecallTest::line))
                .as("seed %d, saved at %d s, killed at %d s", seed, savedAt, killedAt)
                .containsExactlyElementsOf(
                        expected.subList(toldBefore, expected.size()).stream()
                                .map(RecallTest::line)
                                .toList());
    }

    private static String line(Transition t) {
        return AlarmRig.line(t) + " " + t.name() + " " + t.priority() + " " + t.marks();
    }

    private static void live(Alarms alarms, Moment moment, List<Transition> told) {
        if (moment.samples().size() > 0) {
            alarms.process(moment.samples(), told::add);
        }
        alarms.tick(moment.nanos(), told::add);
        if (!moment.comment().isEmpty()) {
            for (var present : alarms.present()) {
                alarms.comment(present.id(), "anna", moment.comment(), moment.nanos(), told::add);
            }
        }
    }

    private static List<Moment> moments(SplittableRandom random) {
        var moments = new ArrayList<Moment>();
        double oil = 50;
        for (int second = 0; second < SECONDS; second++) {
            long nanos = AlarmRig.nanos(second);
            var batch = new Batch();
            batch.begin(0, Hlc.of(nanos / 1_000_000, 0));
            oil = Math.clamp(oil + random.nextInt(-25, 26), 0, 110);
            if (random.nextInt(3) > 0) {
                if (random.nextInt(8) == 0) {
                    batch.addBad(0, nanos, Reason.TIMEOUT);
                } else {
                    batch.addDouble(0, nanos, oil, Quality.GOOD);
                }
            }
            if (random.nextInt(12) == 0) {
                batch.addDouble(1, nanos, random.nextInt(20, 90), Quality.GOOD);
            }
            if (random.nextInt(10) == 0) {
                batch.addBoolean(2, nanos, random.nextBoolean(), Quality.GOOD);
            }
            moments.add(new Moment(nanos, batch, random.nextInt(25) == 0 ? "seen" : ""));
        }
        return moments;
    }

    private static Alarms compiled() {
        var problems = new Problems();
        var pipelines = Pipelines.compile(List.of(), TAGS, problems);
        for (int i = 0; i < TAGS.size(); i++) {
            assertThat(pipelines.table().indexOf(new TagName(TAGS.get(i).name().text())))
                    .hasValue(i);
        }
        var top =
                new Section(
                        YamlReader.parse("gateway.yaml", YAML, problems).orElseThrow(),
                        "",
                        problems);
        var alarms = Alarms.compile(AlarmConfig.readAll(top), "gw", pipelines, problems);
        assertThat(problems.list()).isEmpty();
        return alarms;
    }
}
