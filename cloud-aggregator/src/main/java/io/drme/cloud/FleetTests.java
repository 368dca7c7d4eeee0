package io.drme.cloud;

import io.drme.cloud.config.FleetConfig;
import io.drme.cloud.config.FleetConfig.FleetPipeline;
import io.drme.config.InvalidConfigException;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import io.drme.trial.Bench;
import io.drme.trial.Trials;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Runs the tests of fleet pipelines. There is no catalogue of the fleet in a file: the tags are
 * those that tests give, of the types that their values are written in.
 */
final class FleetTests {
    private FleetTests() {}

    /**
     * Runs them all.
     *
     * @throws InvalidConfigException where a test does not fit the pipelines
     */
    static List<Trials.Outcome> run(FleetConfig config) throws InvalidConfigException {
        var types = new TreeMap<String, ValueType>();
        config.tests().forEach(test -> types.putAll(test.givenTypes()));
        var tags = new ArrayList<Tag>();
        types.forEach((name, type) -> {
            if (TagName.isValid(name)) {
                tags.add(Tag.of(name, type));
            }
        });
        var pipelines = config.pipelines().stream().map(FleetPipeline::config).toList();
        return Trials.run(config.tests(), Bench.of(pipelines, List.of(), tags)).outcomes();
    }

    /** What came of a test, for a person. */
    static List<String> lines(Trials.Outcome outcome) {
        return outcome.failure()
                .map(failure ->
                        List.of(
                                "failed  " + outcome.name(),
                                "        %s: %s".formatted(failure.where(), failure.key()),
                                "        expected  " + failure.expected(),
                                "        got       " + failure.got()))
                .orElse(List.of("ok      " + outcome.name()));
    }
}
