package io.drme.driver;

import io.drme.model.TagName;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Tags that come to be while the gateway runs: a device tells of something, and each is a tag.
 *
 * @param pattern the name with {@code {word}} where each tag has its own, {@code
 *     wearables/{ward}/pulse}
 * @param most how many tags it may make
 * @param like what they are like; its name stands for all of theirs, its address for the pattern
 */
public record TagTemplate(String pattern, int most, TagSpec like) {
    /** Where the file says nothing: a hostile publisher must not fill the gateway with tags. */
    public static final int DEFAULT_MOST = 500;

    /** The most that a file may allow. */
    public static final int MOST = 100_000;

    private static final Pattern NAME = Pattern.compile("\\{([a-z][a-z0-9-]*)}");

    /** What stands for any word in the name of {@link #like}. */
    private static final String ANY = "x";

    /** The names of the words that a pattern leaves open, in order. */
    public static List<String> names(String pattern) {
        return NAME.matcher(pattern).results().map(found -> found.group(1)).toList();
    }

    /** A name as the pattern's tags have it. */
    public static String sample(String pattern) {
        return NAME.matcher(pattern).replaceAll(ANY);
    }

    /** The name at these words; whether it is one of a tag, the caller checks. */
    public String name(Map<String, String> words) {
        return NAME.matcher(pattern).replaceAll(found -> words.getOrDefault(found.group(1), ""));
    }

    /** Whether a glob may mean one of its tags: a close guess that misses none. */
    public boolean mayMatch(String glob) {
        var wanted = glob.split("/", -1);
        var own = pattern.split("/", -1);
        for (int i = 0; i < Math.min(wanted.length, own.length); i++) {
            if (wanted[i].contains("**")) {
                return true;
            }
            boolean open = wanted[i].indexOf('*') >= 0 || own[i].indexOf('{') >= 0;
            if (!open && !wanted[i].equals(own[i])) {
                return false;
            }
        }
        return wanted.length == own.length || glob.contains("**");
    }

    /** One of its tags. */
    public TagSpec tag(TagName name, TagAddress address) {
        return new TagSpec(
                name,
                like.rawType(),
                like.type(),
                like.unit(),
                like.scale(),
                like.offset(),
                like.low(),
                like.high(),
                like.deadband(),
                like.poll(),
                like.stale(),
                like.sync(),
                address);
    }
}
