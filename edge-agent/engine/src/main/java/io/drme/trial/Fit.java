package io.drme.trial;

import io.drme.alarm.AlarmConfig;
import io.drme.config.Nearest;
import io.drme.config.Problems;
import io.drme.model.Glob;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import io.drme.stream.Pipelines;
import io.drme.stream.TagGlobs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Looks whether the tags, alarms and values of a test are those of the configuration. */
final class Fit {
    private final List<String> names = new ArrayList<>();
    private final List<String> alarmNames;
    private final List<AlarmConfig> alarms;
    private final Pipelines pipelines;
    private final Problems problems;
    private final TagGlobs.Unmatched unmatched;

    Fit(
            Pipelines pipelines,
            List<AlarmConfig> alarms,
            Problems problems,
            TagGlobs.Unmatched unmatched) {
        this.pipelines = pipelines;
        this.alarms = alarms;
        this.alarmNames = alarms.stream().map(AlarmConfig::name).toList();
        this.problems = problems;
        this.unmatched = unmatched;
        pipelines.present().stream()
                .forEach(i -> names.add(pipelines.table().get(i).name().text()));
    }

    void check(TrialConfig test) {
        for (var line : test.given()) {
            switch (line) {
                case Given.Samples samples -> samples.cells().forEach(c -> checkGiven(c, samples));
                case Given.Deed deed -> checkAlarm(deed.place(), deed.action().key(), deed.alarm());
            }
        }
        for (var line : test.expected()) {
            switch (line) {
                case Expected.Results results ->
                        results.cells().forEach(c -> checkExpected(c, results.within()));
                case Expected.State state -> checkState(state);
                case Expected.NoResult none -> checkGlob(none.place(), none.glob());
                case Expected.NoAlarm none -> checkAlarm(none.place(), "no-alarm", none.alarm());
            }
        }
    }

    private void checkGiven(Cell cell, Given.Samples samples) {
        var tag = tag(cell, List.of());
        if (tag.isEmpty() || cell.value().isEmpty()) {
            return;
        }
        var type = tag.get().type();
        var ramp = CellReader.RAMP.matcher(cell.value().get());
        boolean isRamp = type != ValueType.TEXT && ramp.matches();
        if (isRamp && samples.every() == 0) {
            problem(
                    cell.valuePlace(),
                    "a ramp needs a series; use from, to and every instead of at");
        } else if (isRamp) {
            checkValue(cell, tag.get(), ramp.group(1));
            checkValue(cell, tag.get(), ramp.group(2));
        } else {
            checkValue(cell, tag.get(), cell.value().get());
        }
    }

    private void checkExpected(Cell cell, double within) {
        var tag = tag(cell, ExpectedReader.words());
        if (tag.isEmpty() || cell.value().isEmpty()) {
            return;
        }
        checkValue(cell, tag.get(), cell.value().get());
        var type = tag.get().type();
        if (within > 0 && (type == ValueType.TEXT || type == ValueType.BOOLEAN)) {
            problem(
                    cell.place(),
                    "'within' needs a number, and %s is none; leave it out"
                            .formatted(tag.get().name()));
        }
    }

    private void checkValue(Cell cell, Tag tag, String text) {
        if (ValueText.parse(tag.type(), text).isEmpty()) {
            problem(
                    cell.valuePlace(),
                    "'%s' is not %s, as %s needs it; give one"
                            .formatted(text, ValueText.words(tag.type()), tag.name()));
        }
    }

    private Optional<Tag> tag(Cell cell, List<String> words) {
        var known =
                TagName.isValid(cell.tag())
                        ? pipelines.table().indexOf(new TagName(cell.tag()))
                        : OptionalInt.empty();
        if (known.isPresent() && pipelines.present().get(known.getAsInt())) {
            return Optional.of(pipelines.table().get(known.getAsInt()));
        }
        var meant = new ArrayList<>(names);
        meant.addAll(words);
        unmatched.tell(
                cell.place().where(),
                cell.place().key(),
                cell.tag(),
                TagGlobs.noMatch(cell.tag(), meant));
        return Optional.empty();
    }

    private void checkGlob(Place place, String glob) {
        var wanted = Glob.of(glob);
        if (names.stream().noneMatch(wanted::matches)) {
            unmatched.tell(
                    place.where(), place.key() + ".none", glob, TagGlobs.noMatch(glob, names));
        }
    }

    private Optional<AlarmConfig> checkAlarm(Place place, String key, String name) {
        var found = alarms.stream().filter(a -> a.name().equals(name)).findFirst();
        if (found.isEmpty() && !name.isBlank()) {
            problem(
                    new Place(place.where(), place.key() + "." + key),
                    "there is no alarm '%s'%s; give one of: %s"
                            .formatted(
                                    name,
                                    Nearest.to(name, alarmNames)
                                            .map(n -> " (did you mean '" + n + "'?)")
                                            .orElse(""),
                                    String.join(", ", alarmNames)));
        }
        return found;
    }

    private void checkState(Expected.State state) {
        var alarm = checkAlarm(state.place(), "alarm", state.alarm());
        if (alarm.isPresent() && state.tag().isPresent()) {
            var tag = state.tag().get();
            boolean watches =
                    names.contains(tag)
                            && alarm.get().tags().stream().anyMatch(g -> Glob.of(g).matches(tag));
            if (!watches) {
                unmatched.tell(
                        state.place().where(),
                        state.place().key() + ".tag",
                        tag,
                        "the alarm '%s' watches no tag '%s'; give one of %s"
                                .formatted(state.alarm(), tag, alarm.get().tags()));
            }
        }
    }

    private void problem(Place place, String message) {
        problems.add(place.where(), place.key(), message);
    }
}
