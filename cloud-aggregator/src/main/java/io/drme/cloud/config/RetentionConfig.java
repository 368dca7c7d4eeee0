package io.drme.cloud.config;

import io.drme.model.Glob;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How long what is stored is kept.
 *
 * @param usual where no rule matches
 * @param rules the first one that matches a tag holds for it
 */
public record RetentionConfig(Keep usual, List<Rule> rules) {
    /** Takes an immutable copy. */
    public RetentionConfig {
        rules = List.copyOf(rules);
    }

    /**
     * How long samples and their roll-ups are kept behind the last source time in them; zero means
     * for ever.
     *
     * @param raw samples
     * @param minutes roll-ups by minute
     * @param hours roll-ups by hour
     * @param days roll-ups by day
     */
    public record Keep(Duration raw, Duration minutes, Duration hours, Duration days) {
        /** For ever. */
        public static final Keep ALL =
                new Keep(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

        /** How long roll-ups of a level are kept: 1 minutes, 2 hours, 3 days. */
        public Duration rolledUp(int level) {
            return level == 1 ? minutes : level == 2 ? hours : days;
        }
    }

    /**
     * Other times for some tags.
     *
     * @param site over the gateway's site path
     * @param match over {@code gateway/device/path}
     */
    public record Rule(String name, Glob site, Glob match, Keep keep) {}

    /** Nothing ever expires. */
    public static RetentionConfig forEver() {
        return new RetentionConfig(Keep.ALL, List.of());
    }

    /** How long the samples are kept that go first; nothing where none go. */
    public Optional<Duration> shortestRaw() {
        return Stream.concat(Stream.of(usual), rules.stream().map(Rule::keep))
                .map(Keep::raw)
                .filter(raw -> !raw.isZero())
                .min(Comparator.naturalOrder());
    }

    /** How long a tag's samples are kept. */
    public Keep of(String site, String gateway, String tag) {
        var name = gateway + "/" + tag;
        return rules.stream()
                .filter(r -> r.site.matches(site) && r.match.matches(name))
                .findFirst()
                .map(Rule::keep)
                .orElse(usual);
    }
}
