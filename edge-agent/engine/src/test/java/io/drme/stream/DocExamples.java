package io.drme.stream;

import io.drme.model.SyncMode;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Takes the examples out of a page: a yaml block, and the block with inputs and results after it.
 */
public final class DocExamples {
    private static final Pattern EXAMPLE =
            Pattern.compile("```yaml\\n(.*?)```\\n```\\n(.*?)```", Pattern.DOTALL);

    /**
     * One example.
     *
     * @param page below docs
     * @param line of the page where it begins
     */
    public record Example(String page, int line, String yaml, List<String> script) {
        /** The tags that it declares. */
        public Tag[] tags() {
            return with("tag").stream().map(Example::tag).toArray(Tag[]::new);
        }

        /** The results that it promises. */
        public List<String> results() {
            return with("out");
        }

        /** The rest of the lines that begin with a word. */
        private List<String> with(String word) {
            return script.stream()
                    .filter(l -> l.startsWith(word + " "))
                    .map(l -> l.substring(word.length() + 1))
                    .toList();
        }

        private static Tag tag(String text) {
            var words = text.split(" ", -1);
            double deadband = words.length > 3 ? Double.parseDouble(words[3]) : 0;
            var type = ValueType.valueOf(words[1].toUpperCase(Locale.ROOT));
            return new Tag(new TagName(words[0]), type, "", deadband, new SyncMode.Raw());
        }

        @Override
        public String toString() {
            return page + " line " + line;
        }
    }

    private DocExamples() {}

    /** The text of a page below docs. */
    public static String page(String name) {
        try {
            return Files.readString(Path.of("../../docs", name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All examples of a page. */
    public static List<Example> of(String page) {
        var text = page(page);
        var examples = new ArrayList<Example>();
        var matcher = EXAMPLE.matcher(text);
        while (matcher.find()) {
            int line = 1 + (int) text.substring(0, matcher.start()).lines().count();
            examples.add(
                    new Example(page, line, matcher.group(1), matcher.group(2).lines().toList()));
        }
        return examples;
    }

    /** The cells of the rows of each table line that begins with {@code |}. */
    public static List<List<String>> rows(String page) {
        return page(page)
                .lines()
                .filter(l -> l.startsWith("| "))
                .map(l ->
                        Pattern.compile("(?<!\\\\)\\|")
                                .splitAsStream(l.substring(1))
                                .map(c -> c.strip().replace("\\|", "|"))
                                .toList())
                .toList();
    }
}
