package io.drme.edge;

import io.drme.config.InvalidConfigException;
import io.drme.driver.TagSpec;
import io.drme.driver.TagTemplate;
import io.drme.edge.acquisition.Conditioning;
import io.drme.edge.config.GatewayConfig;
import io.drme.model.Batch;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.TagTable;
import io.drme.trial.Bench;
import io.drme.trial.TrialConfig;
import io.drme.trial.Trials;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Runs the tests inside a configuration, as the gateway would run what they test. */
final class ConfigTests {
    private static final Pattern OPEN = Pattern.compile("\\{[a-z][a-z0-9-]*}");

    private ConfigTests() {}

    /**
     * Runs them all; takes as long as computing takes, not as long as the tests last.
     *
     * @throws InvalidConfigException where a test does not fit the tags that it makes itself
     */
    static Trials.Report run(GatewayConfig config) throws InvalidConfigException {
        var specs = specs(config);
        var own = SystemTags.device().tags().stream().map(Layout::tag).toList();
        var bench =
                new Bench(
                        config.gateway().id().text(),
                        config.pipelines(),
                        config.alarms(),
                        tags(specs),
                        new Bench.Own(own, SystemTags.alarms()),
                        () -> intake(specs));
        return Trials.run(config.tests(), bench);
    }

    private static List<Tag> tags(List<TagSpec> specs) {
        return specs.stream().map(Layout::tag).toList();
    }

    /** The tags of the devices, and those that tests give in the place of tags found later. */
    private static List<TagSpec> specs(GatewayConfig config) {
        var specs = new LinkedHashMap<String, TagSpec>();
        config.devices()
                .forEach(d -> d.tags().forEach(spec -> specs.put(spec.name().text(), spec)));
        var templates = config.devices().stream().flatMap(d -> d.templates().stream()).toList();
        var given =
                config.tests().stream()
                        .map(TrialConfig::givenTags)
                        .flatMap(tags -> tags.stream())
                        .filter(TagName::isValid)
                        .toList();
        for (var name : given) {
            for (var template : templates) {
                if (makes(template, name)) {
                    specs.computeIfAbsent(
                            name, n -> template.tag(new TagName(n), template.like().address()));
                }
            }
        }
        return List.copyOf(specs.values());
    }

    private static boolean makes(TagTemplate template, String name) {
        var form =
                OPEN.splitAsStream(template.pattern())
                        .map(Pattern::quote)
                        .collect(Collectors.joining("[^/]+"));
        return name.matches(template.pattern().endsWith("}") ? form + "[^/]+" : form);
    }

    /** Range and deadband as in life; scale was applied already. */
    private static Bench.Intake intake(List<TagSpec> specs) {
        var conditioning = new Conditioning();
        var scaled = new ArrayList<TagSpec>();
        specs.forEach(spec -> scaled.add(scaled(spec)));
        SystemTags.device().tags().forEach(scaled::add);
        return new Bench.Intake() {
            private boolean configured;

            @Override
            public void apply(Batch batch, TagTable table) {
                if (!configured) {
                    conditioning.configure(table, scaled);
                    configured = true;
                }
                conditioning.apply(batch);
            }
        };
    }

    private static TagSpec scaled(TagSpec spec) {
        return new TagSpec(
                spec.name(),
                spec.type(),
                spec.type(),
                spec.unit(),
                1,
                0,
                spec.low(),
                spec.high(),
                spec.deadband(),
                spec.poll(),
                spec.stale(),
                spec.sync(),
                spec.address());
    }

    /** In one line: {@code 3 tests pass}, or {@code 1 of 3 tests fails: oil runs hot}. */
    static String summary(Trials.Report report) {
        int all = report.outcomes().size();
        var failed = report.failed();
        if (failed.isEmpty()) {
            return all == 1 ? "1 test passes" : all + " tests pass";
        }
        return "%d of %d tests %s: %s"
                .formatted(
                        failed.size(),
                        all,
                        failed.size() == 1 ? "fails" : "fail",
                        failed.stream()
                                .map(Trials.Outcome::name)
                                .collect(Collectors.joining(", ")));
    }

    /** A failed test as lines for a person. */
    static List<String> lines(Trials.Outcome outcome, Trials.Failure failure) {
        return List.of(
                "failed  " + outcome.name(),
                "        %s: %s".formatted(failure.where(), failure.key()),
                "        expected  " + failure.expected(),
                "        got       " + failure.got());
    }

    /** All of it, as {@code test -o json} prints it. */
    static JsonObject json(Trials.Report report) {
        var tests = new JsonArray();
        report.outcomes().forEach(o -> tests.add(json(o)));
        var uncovered = new JsonArray();
        for (var u : report.uncovered()) {
            var item = new JsonObject();
            u.where().ifPresent(w -> item.put("file", w.file()).put("line", w.line()));
            uncovered.add(item.put("key", u.key()).put("what", u.what()));
        }
        int failed = report.failed().size();
        return new JsonObject()
                .put("tests", tests)
                .put("passed", report.outcomes().size() - failed)
                .put("failed", failed)
                .put("uncovered", uncovered);
    }

    static JsonObject json(Trials.Outcome outcome) {
        var json = new JsonObject().put("name", outcome.name());
        if (outcome.failure().isEmpty()) {
            return json.put("result", "ok")
                    .put("file", outcome.where().file())
                    .put("line", outcome.where().line());
        }
        var failure = outcome.failure().get();
        return json.put("result", "failed")
                .put("file", failure.where().file())
                .put("line", failure.where().line())
                .put("key", failure.key())
                .put("expected", failure.expected())
                .put("got", failure.got());
    }
}
