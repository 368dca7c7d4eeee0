package io.drme.edge.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.drme.config.InvalidConfigException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of tags while other parts of a file are wrong. */
class PartialCheckTest {
    private static final String GATEWAY = "gateway: {id: g}\n";
    private static final String PRESS =
            "devices:\n  press: {driver: modbus, url: \"tcp://127.0.0.1:502\", unit-id: 1, tags: {oil: {address: \"holding:1\", type: %s}}}\n";
    private static final String ALARM = "alarms:\n  hot: {tag: \"%s\", high: 80}\n";
    private static final String BROKEN_STORE = "store: {keep: soon}\n";

    @TempDir private Path folder;

    private String refusal(String yaml) throws IOException {
        var files = new ConfigFolder(folder).with("gateway.yaml", GATEWAY + yaml);
        var refusal = catchThrowableOfType(InvalidConfigException.class, files::read);
        return String.valueOf(refusal.getMessage());
    }

    @Test
    void tagWithAMistakeStillHasItsName() throws Exception {
        assertThat(refusal(PRESS.formatted("int99") + ALARM.formatted("press/oil")))
                .contains("1 problem:", "devices.press.tags.oil.type")
                .doesNotContain("once these are mended");
    }

    @Test
    void alarmWithAnotherMistakeIsHeldAgainstTheTagsToo() throws Exception {
        assertThat(
                        refusal(
                                PRESS.formatted("int16")
                                        + "alarms:\n  hot: {tag: \"pres/oil\", high: warm}\n"))
                .contains(
                        "2 problems:",
                        "alarms.hot.high",
                        "alarms.hot.tag: no tag matches 'pres/oil'");
    }

    @Test
    void typesOfWhatCouldBeReadAreHeldAgainstEachOther() throws Exception {
        assertThat(
                        refusal(
                                PRESS.formatted("bool").replace("holding:1", "coil:1")
                                        + ALARM.formatted("press/oil")
                                        + BROKEN_STORE))
                .contains("2 problems:", "store.keep", "press/oil is no number");
    }

    @Test
    void derivedTagsOfASoundPipelineAreKnown() throws Exception {
        var pipeline =
                "pipelines:\n  calm: {from: [press/oil], steps: [{aggregate: {window: 10s, functions: [avg]}}], to: [\"calm/{tag}/{function}\"]}\n";
        assertThat(
                        refusal(
                                PRESS.formatted("int16")
                                        + pipeline
                                        + ALARM.formatted("calm/press/oil/max")
                                        + BROKEN_STORE))
                .contains(
                        "2 problems:",
                        "no tag matches 'calm/press/oil/max' (did you mean 'calm/press/oil/avg'?)");
    }

    @Test
    void derivedTagsOfABrokenPipelineAreNotGuessedAt() throws Exception {
        var pipeline =
                "pipelines:\n  calm: {from: [press/oil], steps: [{aggregate: {window: soon, functions: [avg]}}], to: [\"calm/{tag}/{function}\"]}\n";
        assertThat(
                        refusal(
                                PRESS.formatted("int16")
                                        + pipeline
                                        + ALARM.formatted("calm/press/oil/avg")))
                .contains(
                        "1 problem:",
                        "Whether there are tags for 'calm/press/oil/avg' is looked at once these are mended.");
    }

    @Test
    void tagsOfAnUnknownProfileAreNotGuessedAt() throws Exception {
        var device =
                "devices:\n  press: {profile: pres, url: \"tcp://127.0.0.1:502\", unit-id: 1}\n";
        assertThat(
                        refusal(
                                device
                                        + ALARM.formatted("press/oil")
                                        + "  cold: {tag: \"boiler/oil\", low: 1}\n"))
                .contains(
                        "'pres' is not under 'profiles'",
                        "Whether there are tags for 'press/oil' is",
                        "no tag matches 'boiler/oil'")
                .doesNotContain("no tag matches 'press/oil'", "driver");
    }

    @Test
    void tagFileThatCannotBeReadHidesOnlyItsDevicesTags() throws Exception {
        var device =
                "devices:\n  press: {driver: modbus, url: \"tcp://127.0.0.1:502\", unit-id: 1, tags: {file: tags.csv}}\n";
        assertThat(
                        refusal(
                                device
                                        + ALARM.formatted("press/oil")
                                        + "  cold: {tag: \"boiler/oil\", low: 1}\n"))
                .contains(
                        "there is no file",
                        "Whether there are tags for 'press/oil' is",
                        "no tag matches 'boiler/oil'");
    }

    @Test
    void sectionWithAMistypedNameHidesEverything() throws Exception {
        assertThat(
                        refusal(
                                PRESS.formatted("int16").replace("devices", "device")
                                        + ALARM.formatted("press/oil")))
                .contains("did you mean 'devices'?", "Whether there are tags for 'press/oil' is")
                .doesNotContain("no tag matches");
    }
}
