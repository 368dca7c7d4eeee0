package io.drme.edge;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Mistakes made in the shipped sample, one at a time: every key mistyped, every value replaced. */
final class BrokenConfigurations {
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
                    "temperature",
                    "hall",
                    "wearables",
                    "shift",
                    "chat",
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
                    "secret-file",
                    "line",
                    "site",
                    "ca",
                    "certificate",
                    "key",
                    "base");

    /** Keys for which the number is as good as any other. */
    private static final Set<String> ANY_NUMBER =
            Set.of(
                    "id",
                    "scale",
                    "offset",
                    "high",
                    "to",
                    "invalid",
                    // of tests
                    "temperature",
                    "avg",
                    "max",
                    "value");

    /** Topics: any other text is one as well. */
    private static final List<String> TOPICS = List.of("\"hall/", "\"ward/");

    private BrokenConfigurations() {}

    /** One mistake: the text, and the line and the key that have to be named. */
    record Broken(String what, String yaml, int line, String key) {}

    static List<Broken> all() {
        var broken = new ArrayList<Broken>();
        broken.addAll(mistypedKeys());
        broken.addAll(wrongValues("@@@"));
        broken.addAll(wrongValues("-999999999999"));
        broken.addAll(wrongValues("{a: {b: c}}"));
        return broken;
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
                                    number,
                                    key + "x"));
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
                                || TOPICS.stream().anyMatch(matcher.group(2)::startsWith)
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
                                    number,
                                    key));
                }
            }
        });
        return all;
    }

    private interface LineVisitor {
        void visit(String line, int number);
    }

    private static void forEachLine(LineVisitor visitor) {
        var lines = Shipped.sample().lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            var line = lines.get(i);
            int comment = line.indexOf(" #");
            visitor.visit(
                    line.startsWith("#") ? "" : comment < 0 ? line : line.substring(0, comment),
                    i + 1);
        }
    }

    private static String withLine(int number, String text) {
        var lines = new ArrayList<>(Shipped.sample().lines().toList());
        lines.set(number - 1, text);
        return String.join("\n", lines) + "\n";
    }
}
