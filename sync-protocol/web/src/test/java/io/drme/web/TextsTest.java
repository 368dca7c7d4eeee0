package io.drme.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.log.DropCause;
import io.drme.model.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the plant's page says comes out of one file a language, and none of it stands in a view. */
class TextsTest {
    private static final Path WEB = Path.of("src/main/resources/web");
    private static final List<String> LANGUAGES = List.of("en", "de");

    /** What a person of the program or the fleet reads, in the language of the program. */
    private static final List<String> ENGLISH_ONLY = List.of("docs.js");

    /**
     * Where the reasons of gaps stand; this module comes before that one, so it is read as text.
     */
    private static final Path GAPS =
            Path.of("../../edge-agent/engine/src/main/java/io/drme/history/Gaps.java");

    private static final Path STATES =
            Path.of("../../device-drivers/src/main/java/io/drme/driver/DeviceStatus.java");

    private static final Pattern GAP_REASON =
            Pattern.compile("public static final String [A-Z_]+ = \"([a-z-]+)\";");
    private static final Pattern DEVICE_STATE = Pattern.compile("(?m)^        ([A-Z]+)[,;]$");

    private static final Pattern ENTRY = Pattern.compile("^  \"([^\"]+)\": (.+),$");
    private static final Pattern PLACE = Pattern.compile("\\{([a-z]+)\\}");
    private static final Pattern PLAIN_KEY = Pattern.compile("\"([a-z-]+(?:\\.[a-z0-9-]+)+)\"");

    /** A key that is put together: what stands in front of ${…}, as in `account.${name}`. */
    private static final Pattern MADE_KEY =
            Pattern.compile("t\\(`([a-z-]+(?:\\.[a-z-]+)*)\\.\\$\\{");

    private static final Pattern WORD = Pattern.compile("word\\(\\s*\"([a-z-]+)\"");
    private static final Pattern ASKED = Pattern.compile("\\bt\\(\\s*\"([^\"]+)\"");

    /** Two letters in a row are a word; single ones are units and signs. */
    private static final Pattern LETTERS = Pattern.compile("\\p{L}{2,}");

    /** Two words in a literal that is chosen from. */
    private static final Pattern SENTENCE = Pattern.compile("\\p{L}{2,} \\p{L}{2,}");

    private static final Pattern SAID_ATTRIBUTE =
            Pattern.compile("(?:aria-label|title|placeholder|alt)=\"?([^\"$>]*\\p{L}{2,}[^\"$>]*)");

    @Test
    void bothLanguagesHaveTheSameKeysWithTheSamePlaces() throws Exception {
        var english = texts("en");
        var german = texts("de");

        assertThat(english).hasSizeGreaterThan(200);
        assertThat(german.keySet()).isEqualTo(english.keySet());
        english.forEach((key, text) ->
                assertThat(places(german.getOrDefault(key, ""))).as(key).isEqualTo(places(text)));
        assertThat(german).allSatisfy((key, text) -> assertThat(text).as(key).isNotBlank());
    }

    @Test
    void everyKeyThatAViewAsksForIsThereAndEveryKeyIsAskedFor() throws Exception {
        var known = texts("en").keySet();
        var asked = new TreeSet<String>();
        var prefixes = new TreeSet<String>();
        var mentioned = new TreeSet<String>();
        for (var view : views()) {
            var source = Files.readString(view);
            ASKED.matcher(source).results().forEach(m -> asked.add(m.group(1)));
            PLAIN_KEY.matcher(source).results().forEach(m -> mentioned.add(m.group(1)));
            MADE_KEY.matcher(source).results().forEach(m -> prefixes.add(m.group(1) + "."));
            WORD.matcher(source).results().forEach(m -> prefixes.add(m.group(1) + "."));
        }

        assertThat(known).containsAll(asked);
        assertThat(known)
                .as("keys that nothing asks for")
                .allMatch(key ->
                        mentioned.contains(key)
                                || prefixes.stream().anyMatch(key::startsWith)
                                || key.equals("language.name"));
    }

    @Test
    void everyReasonOfABadValueHasAWord() throws Exception {
        for (var language : LANGUAGES) {
            assertThat(texts(language))
                    .containsKeys(
                            Arrays.stream(Reason.values())
                                    .map(r -> "reason." + r.text())
                                    .toArray(String[]::new));
        }
    }

    @Test
    void everyReasonOfAGapAndEveryCauseOfADropHasAWord() throws Exception {
        var reasons = found(GAP_REASON, GAPS);
        Arrays.stream(DropCause.values()).map(DropCause::text).forEach(reasons::add);

        assertThat(reasons).contains("slowed", "unexplained", "store-full").hasSizeGreaterThan(18);
        for (var language : LANGUAGES) {
            assertThat(texts(language))
                    .containsKeys(reasons.stream().map(r -> "reason." + r).toArray(String[]::new));
        }
    }

    @Test
    void everyStateOfADeviceHasAWord() throws Exception {
        var states = found(DEVICE_STATE, STATES);

        assertThat(states).contains("GOOD", "SILENT", "STOPPED");
        for (var language : LANGUAGES) {
            assertThat(texts(language))
                    .containsKeys(
                            states.stream()
                                    .map(s -> "state." + s.toLowerCase(Locale.ROOT))
                                    .toArray(String[]::new));
        }
    }

    private static Set<String> found(Pattern pattern, Path source) throws IOException {
        var found = new TreeSet<String>();
        pattern.matcher(Files.readString(source)).results().forEach(m -> found.add(m.group(1)));
        return found;
    }

    @ParameterizedTest
    @ValueSource(strings = {"plant", "fleet", "parts"})
    void noTextStandsInAView(String folder) throws Exception {
        for (var view : views()) {
            if (view.startsWith(WEB.resolve(folder))
                    && !ENGLISH_ONLY.contains(view.getFileName().toString())) {
                assertThat(said(Files.readString(view))).as(view.toString()).isEmpty();
            }
        }
    }

    // The look for texts is a small reader of JavaScript: what it has to find, and what not.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    return html`<p>No alarms</p>`;                              | No alarms
                    return html`<p title="Not now">${x}</p>`;                   | Not now
                    html`<ul>${all.map((a) => html`<li>Item ${a}</li>`)}</ul>`  | Item
                    html`<p>${t("a.b")} · ▲ ${f(`${n} ms`)}</p>`                |
                    html`<b class="big loud" data-x="word">${"}"}</b>`          |
                    html`<b>${may ? "" : "needs some role"}</b>`                | needs some role
                    """)
    void aTextInAViewIsFound(String source, String found) {
        assertThat(String.join("", said(source))).isEqualTo(found == null ? "" : found);
    }

    private static List<Path> views() throws IOException {
        try (var files = Files.walk(WEB)) {
            return files.filter(f -> f.toString().endsWith(".js"))
                    .filter(f -> !f.startsWith(WEB.resolve("texts")))
                    .toList();
        }
    }

    private static Map<String, String> texts(String language) throws IOException {
        var texts = new TreeMap<String, String>();
        for (var line : Files.readAllLines(WEB.resolve("texts/" + language + ".js"))) {
            var entry = ENTRY.matcher(line);
            if (entry.matches()) {
                assertThat(texts.put(entry.group(1), entry.group(2)))
                        .as("twice: %s in %s", entry.group(1), language)
                        .isNull();
            }
        }
        return texts;
    }

    private static Set<String> places(String text) {
        var places = new TreeSet<String>();
        PLACE.matcher(text).results().forEach(m -> places.add(m.group(1)));
        return places;
    }

    /**
     * The words that stand in the templates of a source, outside of tags and of what is computed.
     */
    private static List<String> said(String source) {
        var said = new ArrayList<String>();
        int at = source.indexOf("html`");
        while (at >= 0) {
            at = source.indexOf("html`", template(source, at + "html`".length(), said));
        }
        return said;
    }

    /** Reads one template to behind its end. */
    private static int template(String source, int start, List<String> said) {
        var text = new StringBuilder();
        int at = start;
        while (source.charAt(at) != '`') {
            if (source.startsWith("${", at)) {
                text.append('$');
                at = computed(source, at + 2, said);
            } else {
                text.append(source.charAt(at++));
            }
        }
        SAID_ATTRIBUTE.matcher(text).results().forEach(m -> said.add(m.group(1).strip()));
        var outside = text.toString().replaceAll("<[^>]*>", " ").replace("$", " ");
        LETTERS.matcher(outside).results().findFirst().ifPresent(_ -> said.add(outside.strip()));
        return at + 1;
    }

    /** Reads what is computed, and the templates in it, to behind the brace that closes it. */
    private static int computed(String source, int start, List<String> said) {
        int depth = 1;
        int at = start;
        while (depth > 0) {
            char c = source.charAt(at);
            if (source.startsWith("html`", at)) {
                at = template(source, at + "html`".length(), said);
            } else if (c == '`') {
                at = template(source, at + 1, new ArrayList<>());
            } else if (c == '"') {
                int end = source.indexOf('"', at + 1);
                var literal = source.substring(at + 1, end);
                if (SENTENCE.matcher(literal).find()) {
                    said.add(literal);
                }
                at = end + 1;
            } else {
                depth += c == '{' ? 1 : c == '}' ? -1 : 0;
                at++;
            }
        }
        return at;
    }
}
