package io.drme.stream;

import java.util.List;

/**
 * Makes the name of a derived tag from a template. Of the source {@code press-3/oil/temperature},
 * {@code {tag}} is all of it, {@code {device}} is {@code press-3} and {@code {path}} is {@code
 * oil/temperature}.
 */
public final class DerivedName {
    /** What may stand in braces. */
    static final List<String> PLACEHOLDERS = List.of("tag", "device", "path", "function");

    private DerivedName() {}

    /**
     * Fills a template.
     *
     * @param source name of the tag that the pipeline reads
     * @param function the aggregate's function, empty where there is none
     */
    public static String of(String template, String source, String function) {
        int slash = source.indexOf('/');
        return template.replace("{tag}", source)
                .replace("{device}", slash < 0 ? source : source.substring(0, slash))
                .replace("{path}", slash < 0 ? source : source.substring(slash + 1))
                .replace("{function}", function);
    }
}
