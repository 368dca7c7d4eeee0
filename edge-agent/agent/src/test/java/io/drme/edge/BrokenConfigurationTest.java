package io.drme.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.drme.config.InvalidConfigException;
import io.drme.edge.BrokenConfigurations.Broken;
import io.drme.edge.config.GatewayConfig;
import io.drme.edge.config.GatewayConfigReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The shipped sample is good; whatever a person breaks in it is refused with file, line, key and
 * what to do. The mistakes are made one at a time: every key mistyped, every value replaced by
 * something of another kind, every value out of range.
 */
class BrokenConfigurationTest {
    private static final int AT_LEAST = 200;

    /** Words that tell a person what is allowed or what to do. */
    private static final Pattern REMEDY =
            Pattern.compile(
                    "allowed|expected|known here|did you mean|such as|(use|give|add|choose|remove|leave|make|bring|name|put|take)|needs?|must|at (least|most)|between");

    @TempDir private Path folder;

    @Test
    void theShippedSampleIsGood() throws Exception {
        assertThat(read(Shipped.sample()).devices()).hasSize(5);
    }

    @TestFactory
    Stream<DynamicTest> eachMistakeIsRefusedWithLineKeyAndRemedy() {
        var broken = BrokenConfigurations.all();
        assertThat(broken.size()).isGreaterThanOrEqualTo(AT_LEAST);
        return broken.stream().map(b -> DynamicTest.dynamicTest(b.what(), () -> refused(b)));
    }

    private void refused(Broken broken) {
        var refusal = catchThrowableOfType(InvalidConfigException.class, () -> read(broken.yaml()));
        assertThat(refusal)
                .as("is refused:%n%s", broken.yaml().lines().skip(broken.line() - 1L).findFirst())
                .isNotNull();
        assertThat(refusal.problems())
                .as(
                        "names line %d and %s in%n%s",
                        broken.line(), broken.key(), refusal.getMessage())
                .anySatisfy(p -> {
                    assertThat(p.where().line()).isEqualTo(broken.line());
                    assertThat(p.where().file()).endsWith("gateway.yaml");
                    assertThat(p.key()).contains(broken.key());
                    assertThat(p.message()).containsPattern(REMEDY);
                });
        assertThat(refusal.problems())
                .as("blames no line that is right")
                .filteredOn(p -> p.where().line() != broken.line())
                .noneMatch(p -> p.message().startsWith("no tag matches"));
    }

    /**
     * A second mistake, in the name of a tag, is told in the same run, whatever the first one is;
     * only where the first hides tags or sections it is named as not looked at yet.
     */
    @Test
    void aMistypedTagIsToldBesideEveryOtherMistake() {
        var door = "tag: \"cabinet/door\"";
        int told = 0;
        var others =
                BrokenConfigurations.all().stream()
                        .filter(b -> b.yaml().contains(door) && !b.key().equals("alarmsx"))
                        .toList();
        for (var broken : others) {
            var yaml = broken.yaml().replace(door, "tag: \"cabinet/dor\"");
            var refusal = catchThrowableOfType(InvalidConfigException.class, () -> read(yaml));
            boolean named =
                    refusal.problems().stream()
                            .anyMatch(p -> p.message().startsWith("no tag matches 'cabinet/dor'"));
            var lastLine = String.valueOf(refusal.getMessage()).lines().toList().getLast();
            assertThat(named || lastLine.contains("'cabinet/dor'"))
                    .as("%s: %s", broken.what(), refusal.getMessage())
                    .isTrue();
            told += named ? 1 : 0;
        }
        assertThat(told).isGreaterThan(others.size() * 95 / 100);
    }

    private GatewayConfig read(String yaml) throws InvalidConfigException, IOException {
        var file = folder.resolve("gateway.yaml");
        for (var secret : List.of("ca.pem", "gateway.pem", "gateway.key", "boiler.secret")) {
            Files.writeString(folder.resolve(secret), "there");
        }
        Files.writeString(file, yaml.replace("/etc/drme/", folder + "/"));
        var reader = new GatewayConfigReader(SystemTags.device().tags());
        var config = reader.read(file);
        new Layout(reader.factories()).place(config, file.toString());
        return config;
    }

    @Test
    void everyProblemComesInOneRun() {
        var yaml =
                Shipped.sample()
                        .replace("timeout: 500ms", "timeout: 500")
                        .replace("high: 80", "hihg: 80")
                        .replace("2GiB", "2GB2");
        var refusal = catchThrowableOfType(InvalidConfigException.class, () -> read(yaml));

        assertThat(new LinkedHashSet<>(refusal.problems().stream().map(p -> p.key()).toList()))
                .contains("devices.press-3.timeout", "alarms.oil-hot.hihg", "store.max-size");
    }
}
