package io.drme.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.drme.config.InvalidConfigException;
import io.drme.edge.config.GatewayConfig;
import io.drme.edge.config.GatewayConfigReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
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
    private static final Pattern KEY =
            Pattern.compile("([{,]\\s*|^\\s*(?:- )?)([a-z][a-z0-9/-]*)(:)(?=\\s|$)");
    private static final Pattern VALUE =
            Pattern.compile(
                    "([a-z][a-z0-9-]*): ([^,{}\\[\\]\\s][^,{}\\[\\]]*|\"[^\"]*\"|\\[[^\\]]*\\])(?=[,}]|$)");

    /** Names that a person chooses: any other name is as good. */
    private static final Set<String> FREE_NAMES =
            Set.of(
                    "line",
                    "acme-press",
                    "base",
                    "press-3",
                    "boiler",
                    "cabinet",
                    "press-health",
                    "oil-hot",
                    "door-open",
                    "oil/temperature",
                    "oil/level",
                    "running",
                    "overload",
                    "serial",
                    "energy",
                    "pressure",
                    "temp",
                    "door");

    /** Keys whose value is any text: nothing of it is wrong. */
    private static final Set<String> FREE_TEXTS =
            Set.of(
                    "unit",
                    "message",
                    "action",
                    "directory",
                    "user",
                    "password-file",
                    "line",
                    "site",
                    "ca",
                    "certificate",
                    "key",
                    "base");

    /** Keys for which the number is as good as any other. */
    private static final Set<String> ANY_NUMBER =
            Set.of("id", "scale", "offset", "high", "to", "invalid");

    @TempDir private Path folder;

    /** One mistake: the text, and the line that has to be named. */
    private record Broken(String what, String yaml, int line) {}

    @Test
    void theShippedSampleIsGood() throws Exception {
        assertThat(read(sample()).devices()).hasSize(3);
    }

    @TestFactory
    Stream<DynamicTest> eachMistakeIsRefusedWithLineKeyAndRemedy() {
        var broken = new ArrayList<Broken>();
        broken.addAll(mistypedKeys());
        broken.addAll(wrongValues("@@@"));
        broken.addAll(wrongValues("-999999999999"));
        broken.addAll(wrongValues("{a: {b: c}}"));
        assertThat(broken.size()).isGreaterThanOrEqualTo(AT_LEAST);
        return broken.stream().map(b -> DynamicTest.dynamicTest(b.what(), () -> refused(b)));
    }

    private void refused(Broken broken) {
        var refusal = catchThrowableOfType(InvalidConfigException.class, () -> read(broken.yaml()));
        assertThat(refusal)
                .as("is refused:%n%s", broken.yaml().lines().skip(broken.line() - 1L).findFirst())
                .isNotNull();
        assertThat(refusal.problems())
                .as("names line %d", broken.line())
                .anySatisfy(p -> {
                    assertThat(p.where().line()).isEqualTo(broken.line());
                    assertThat(p.where().file()).endsWith("gateway.yaml");
                    assertThat(p.message()).hasSizeGreaterThan(15);
                });
    }

    /** Each known key with a letter too many: the answer names the right one. */
    private static List<Broken> mistypedKeys() {
        var all = new ArrayList<Broken>();
        forEachLine((line, number) -> {
            var matcher = KEY.matcher(line);
            while (matcher.find()) {
                var key = matcher.group(2);
                if (!FREE_NAMES.contains(key)) {
                    var mistyped =
                            line.substring(0, matcher.start(2))
                                    + key
                                    + "x"
                                    + line.substring(matcher.end(2));
                    all.add(
                            new Broken(
                                    "line %d: key %sx".formatted(number, key),
                                    withLine(number, mistyped),
                                    number));
                }
            }
        });
        return all;
    }

    private static List<Broken> wrongValues(String wrong) {
        var all = new ArrayList<Broken>();
        forEachLine((line, number) -> {
            var matcher = VALUE.matcher(line);
            while (matcher.find()) {
                var key = matcher.group(1);
                boolean fits =
                        FREE_TEXTS.contains(key)
                                || (wrong.startsWith("-") && ANY_NUMBER.contains(key));
                if (!fits || wrong.startsWith("{")) {
                    var text =
                            line.substring(0, matcher.start(2))
                                    + (wrong.startsWith("{") ? wrong : "\"" + wrong + "\"")
                                    + line.substring(matcher.end(2));
                    all.add(
                            new Broken(
                                    "line %d: %s: %s".formatted(number, key, wrong),
                                    withLine(number, text),
                                    number));
                }
            }
        });
        return all;
    }

    private interface LineVisitor {
        void visit(String line, int number);
    }

    private static void forEachLine(LineVisitor visitor) {
        var lines = sample().lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            var line = lines.get(i);
            int comment = line.indexOf(" #");
            visitor.visit(
                    line.startsWith("#") ? "" : comment < 0 ? line : line.substring(0, comment),
                    i + 1);
        }
    }

    private static String withLine(int number, String text) {
        var lines = new ArrayList<>(sample().lines().toList());
        lines.set(number - 1, text);
        return String.join("\n", lines) + "\n";
    }

    private static String sample() {
        try (var in =
                GatewayConfig.class.getResourceAsStream("/io/drme/edge/gateway.sample.yaml")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private GatewayConfig read(String yaml) throws InvalidConfigException, IOException {
        var file = folder.resolve("gateway.yaml");
        for (var secret : List.of("ca.pem", "gateway.pem", "gateway.key", "boiler.secret")) {
            Files.writeString(folder.resolve(secret), "there");
        }
        Files.writeString(file, yaml.replace("/etc/drme/", folder + "/"));
        var reader = new GatewayConfigReader();
        var config = reader.read(file);
        new Layout(reader.factories()).place(config, file.toString());
        return config;
    }

    @Test
    void everyProblemComesInOneRun() {
        var yaml =
                sample().replace("timeout: 500ms", "timeout: 500")
                        .replace("high: 80", "hihg: 80")
                        .replace("2GiB", "2GB2");
        var refusal = catchThrowableOfType(InvalidConfigException.class, () -> read(yaml));

        assertThat(new LinkedHashSet<>(refusal.problems().stream().map(p -> p.key()).toList()))
                .contains("devices.press-3.timeout", "alarms.oil-hot.hihg", "store.max-size");
    }
}
