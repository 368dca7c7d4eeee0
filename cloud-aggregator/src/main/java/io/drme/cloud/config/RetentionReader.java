package io.drme.cloud.config;

import io.drme.cloud.config.RetentionConfig.Keep;
import io.drme.cloud.config.RetentionConfig.Rule;
import io.drme.config.Node;
import io.drme.config.Section;
import io.drme.model.Glob;
import java.time.Duration;
import java.util.ArrayList;

/** Reads {@code store.retention}: one duration for samples, or a section with rules. */
final class RetentionReader {
    /** Below, a day might not be put together before it expires. */
    private static final Duration LEAST = Duration.ofDays(2);

    private static final Duration MOST = Duration.ofDays(36_500);
    private static final String KEY = "retention";

    private RetentionReader() {}

    static RetentionConfig read(Section store) {
        if (!(store.node(KEY) instanceof Node.Mapping)) {
            var raw = kept(store, KEY, Duration.ZERO);
            return new RetentionConfig(
                    new Keep(raw, Duration.ZERO, Duration.ZERO, Duration.ZERO),
                    java.util.List.of());
        }
        var section = store.section(KEY).orElseThrow();
        var usual = keep(section, Keep.ALL);
        var rules = new ArrayList<Rule>();
        section.section("rules")
                .ifPresent(all -> {
                    for (var name : all.keys()) {
                        all.section(name).ifPresent(s -> rules.add(rule(name, s, usual)));
                    }
                    all.done();
                });
        section.done();
        return new RetentionConfig(usual, rules);
    }

    private static Rule rule(String name, Section s, Keep usual) {
        if (!s.has("site") && !s.has("match")) {
            s.problem(
                    "match",
                    "is missing, and site too, so the rule would hold for all; give one of them, as in match: \"*/press-*/vibration/**\"");
        }
        var rule =
                new Rule(
                        name,
                        Glob.of(s.text("site", "**")),
                        Glob.of(s.text("match", "**")),
                        keep(s, usual));
        s.done();
        return rule;
    }

    private static Keep keep(Section s, Keep usual) {
        var keep =
                new Keep(
                        kept(s, "raw", usual.raw()),
                        kept(s, "minutes", usual.minutes()),
                        kept(s, "hours", usual.hours()),
                        kept(s, "days", usual.days()));
        shorter(s, "minutes", keep.minutes(), "raw", keep.raw());
        shorter(s, "hours", keep.hours(), "minutes", keep.minutes());
        shorter(s, "days", keep.days(), "hours", keep.hours());
        return keep;
    }

    private static Duration kept(Section s, String key, Duration otherwise) {
        var found = s.duration(key, otherwise, Duration.ZERO, MOST);
        if (!found.isZero() && found.compareTo(LEAST) < 0) {
            s.problem(
                    key,
                    "%d h is shorter than 2d, within which a day is put together; give 2d or more, or 0s to keep it for ever"
                            .formatted(found.toHours()));
        }
        return found;
    }

    private static void shorter(
            Section s, String key, Duration coarse, String fineKey, Duration fine) {
        if (!coarse.isZero() && (fine.isZero() || coarse.compareTo(fine) < 0)) {
            s.problem(
                    s.has(key) ? key : fineKey,
                    "%s (%d d) would go before %s (%s), which tell more; keep %s as long at least"
                            .formatted(
                                    key,
                                    coarse.toDays(),
                                    fineKey,
                                    fine.isZero() ? "for ever" : fine.toDays() + " d",
                                    key));
        }
    }
}
