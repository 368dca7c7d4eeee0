package io.drme.cloud;

import io.drme.cloud.config.FleetConfig;
import io.drme.cloud.config.FleetConfig.By;
import io.drme.cloud.config.FleetConfig.FleetPipeline;
import io.drme.config.InvalidConfigException;
import io.drme.model.Glob;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import io.drme.stream.PipelineConfig;
import io.drme.trial.Bench;
import io.drme.trial.Trials;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

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
        var gateways = new TreeSet<String>();
        tags.forEach(tag -> gateways.add(tag.name().device()));
        var pipelines =
                config.pipelines().stream().flatMap(p -> apart(p, gateways).stream()).toList();
        return Trials.run(config.tests(), Bench.of(pipelines, List.of(), tags)).outcomes();
    }

    /** A pipeline by gateway is one for each, whose results begin with its name. */
    private static List<PipelineConfig> apart(FleetPipeline pipeline, Collection<String> gateways) {
        if (pipeline.by() != By.GATEWAY) {
            return List.of(pipeline.config());
        }
        var all = new ArrayList<PipelineConfig>();
        var config = pipeline.config();
        for (var gateway : gateways) {
            var from = config.from().stream().flatMap(g -> of(gateway, g).stream()).toList();
            if (!from.isEmpty()) {
                all.add(
                        new PipelineConfig(
                                config.name() + "/" + gateway,
                                from,
                                config.steps(),
                                config.to().stream().map(t -> gateway + "/" + t).toList(),
                                config.sync(),
                                config.unit(),
                                config.share(),
                                config.where()));
            }
        }
        return all;
    }

    /** What of a pattern is about one gateway; nothing where it is about others. */
    private static Optional<String> of(String gateway, String glob) {
        if (glob.startsWith("**")) {
            return Optional.of(gateway + "/" + glob);
        }
        int slash = glob.indexOf('/');
        boolean isMeant = slash > 0 && Glob.of(glob.substring(0, slash)).matches(gateway);
        return isMeant ? Optional.of(gateway + glob.substring(slash)) : Optional.empty();
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
