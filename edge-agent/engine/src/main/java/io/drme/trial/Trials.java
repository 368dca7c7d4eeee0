package io.drme.trial;

import io.drme.alarm.AlarmConfig;
import io.drme.config.InvalidConfigException;
import io.drme.config.Problems;
import io.drme.config.Where;
import io.drme.stream.Pipelines;
import io.drme.stream.TagGlobs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Runs the tests of a configuration, each from the beginning and in virtual time: on the pipelines
 * and alarms that would run, with a tick as often as a gateway has one. Does no I/O and reads no
 * clock.
 */
public final class Trials {
    private Trials() {}

    /**
     * What came of a test.
     *
     * @param name of the test
     * @param where it stands
     * @param failure nothing where it passed
     */
    public record Outcome(String name, Where where, Optional<Failure> failure) {}

    /**
     * The first difference.
     *
     * @param where the line that expects it
     * @param key its path
     * @param expected what the line says
     * @param got what came instead
     */
    public record Failure(Where where, String key, String expected, String got) {}

    /**
     * A part of a configuration that no test tries.
     *
     * @param where it stands; absent for a tag
     * @param key its path, or the tag's name
     * @param what no test does with it
     */
    public record Uncovered(Optional<Where> where, String key, String what) {}

    /** What came of all tests. */
    public record Report(List<Outcome> outcomes, List<Uncovered> uncovered) {
        /** Those that failed. */
        public List<Outcome> failed() {
            return outcomes.stream().filter(o -> o.failure().isPresent()).toList();
        }
    }

    /**
     * Looks whether tests fit a configuration: their tags, alarms and values. What does not is
     * noted.
     *
     * @param pipelines compiled, for the tags that there are
     * @param alarms as configured
     * @param unmatched is told of tags and globs that nothing matches
     */
    public static void check(
            List<TrialConfig> tests,
            Pipelines pipelines,
            List<AlarmConfig> alarms,
            Problems problems,
            TagGlobs.Unmatched unmatched) {
        var fit = new Fit(pipelines, alarms, problems, unmatched);
        tests.forEach(fit::check);
    }

    /**
     * Runs tests.
     *
     * @throws InvalidConfigException where they do not fit, or what they run on does not
     */
    public static Report run(List<TrialConfig> tests, Bench bench) throws InvalidConfigException {
        var problems = new Problems();
        check(
                tests,
                bench.setup().pipelines(),
                bench.alarms(),
                problems,
                (where, key, _, message) -> problems.add(where, key, message));
        problems.throwIfAny("tests");
        var coverage = new Coverage(bench);
        var outcomes = new ArrayList<Outcome>();
        for (var test : tests) {
            var run = coverage.begin();
            var played = new Play(test, bench.setup(), bench.intake().get(), run).run();
            run.end(played.transitions());
            var failure =
                    new Verdict(played, test.lengthNanos())
                            .first(test)
                            .map(d ->
                                    new Failure(
                                            d.place().where(),
                                            d.place().key(),
                                            d.expected(),
                                            d.got()));
            outcomes.add(new Outcome(test.name(), test.where(), failure));
        }
        return new Report(List.copyOf(outcomes), coverage.uncovered());
    }
}
