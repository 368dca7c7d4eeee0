package io.drme.trial;

import io.drme.alarm.AlarmConfig;
import io.drme.config.InvalidConfigException;
import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.YamlReader;
import io.drme.model.Tag;
import io.drme.model.ValueType;
import io.drme.stream.PipelineConfig;
import java.util.List;
import java.util.stream.Stream;

/** A configuration with tests, from a file's text. */
final class Bed {
    static final Tag OIL = Tag.of("press-3/oil", ValueType.FLOAT64);
    static final Tag COUNT = Tag.of("press-3/count", ValueType.INT64);
    static final Tag RUNNING = Tag.of("press-3/running", ValueType.BOOLEAN);
    static final Tag MODE = Tag.of("press-3/mode", ValueType.TEXT);

    private Bed() {}

    static Trials.Report run(String yaml) throws InvalidConfigException {
        var problems = new Problems();
        var top = top(yaml, problems);
        var tests = TrialConfig.readAll(top);
        var bench = Bench.of(PipelineConfig.readAll(top), AlarmConfig.readAll(top), tags());
        problems.throwIfAny("gateway.yaml");
        return Trials.run(tests, bench);
    }

    private static List<Tag> tags() {
        return List.of(OIL, COUNT, RUNNING, MODE);
    }

    static List<TrialConfig> tests(String yaml) {
        var problems = new Problems();
        return TrialConfig.readAll(top(yaml, problems));
    }

    private static Section top(String yaml, Problems problems) {
        return new Section(
                YamlReader.parse("gateway.yaml", yaml, problems).orElseThrow(), "", problems);
    }

    /** Everything that is wrong, as a person sees it. */
    static List<String> problems(String yaml) {
        try {
            run(yaml);
            return List.of();
        } catch (InvalidConfigException e) {
            return e.problems().stream().map(Object::toString).toList();
        }
    }

    /** Each test as {@code name: ok}, or with what was expected and got. */
    static Stream<String> outcomes(String yaml) throws InvalidConfigException {
        return run(yaml).outcomes().stream()
                .map(o ->
                        o.name()
                                + ": "
                                + o.failure()
                                        .map(f ->
                                                "%s expected %s; got %s"
                                                        .formatted(
                                                                f.where(), f.expected(), f.got()))
                                        .orElse("ok"));
    }

    static List<String> uncovered(String yaml) throws InvalidConfigException {
        return run(yaml).uncovered().stream().map(u -> u.key() + ": " + u.what()).toList();
    }
}
