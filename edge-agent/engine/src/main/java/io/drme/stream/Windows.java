package io.drme.stream;

import io.drme.config.Quantities;
import io.drme.config.Section;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Which samples an aggregate looks at together. */
sealed interface Windows {
    /** The keys, of which a file has one. */
    List<String> KEYS = List.of("window", "session", "count");

    /**
     * By time, aligned to 1970 UTC.
     *
     * @param length 1 ms to 31 d, a multiple of {@code every}
     * @param every from one result to the next; the same as {@code length} makes them tumble
     */
    record Time(Duration length, Duration every) implements Windows {
        private static final Duration LEAST = Duration.ofMillis(1);
        private static final Duration MOST = Duration.ofDays(31);

        /** The most results that overlap; it bounds the state of a tag. */
        private static final int MAX_PANES = 10_000;

        private static Time read(Section section) {
            var length = section.duration("window", Duration.ofSeconds(1), LEAST, MOST);
            var every = section.duration("every", length, LEAST, MOST);
            if (length.toNanos() % every.toNanos() != 0) {
                section.problem(
                        "every",
                        "%s does not divide the window of %s; choose one that does, such as %s"
                                .formatted(
                                        Quantities.text(every),
                                        Quantities.text(length),
                                        Quantities.text(nearestDivisor(length, every))));
            } else if (length.toNanos() / every.toNanos() > MAX_PANES) {
                section.problem(
                        "every",
                        "the window of %s has more than %d steps of %s; choose a longer one"
                                .formatted(
                                        Quantities.text(length),
                                        MAX_PANES,
                                        Quantities.text(every)));
            }
            return new Time(length, every);
        }

        private static Duration nearestDivisor(Duration window, Duration every) {
            long parts = Math.max(1, Math.round((double) window.toNanos() / every.toNanos()));
            while (parts > 1 && window.toNanos() % parts != 0) {
                parts--;
            }
            return window.dividedBy(parts);
        }

        int panes() {
            return Math.toIntExact(length.toNanos() / every.toNanos());
        }
    }

    /**
     * From the first sample to the last before a silence.
     *
     * @param gap the silence that ends it, 1 ms to 1 d
     * @param most its greatest length, at which it is cut; 1 ms to 31 d
     */
    record Session(Duration gap, Duration most) implements Windows {
        private static final Duration LEAST = Duration.ofMillis(1);
        private static final Duration MAX_GAP = Duration.ofDays(1);
        private static final Duration MAX_LENGTH = Duration.ofDays(31);

        private static Session read(Section section) {
            if (!section.has("gap")) {
                section.missing("gap", "give the silence that ends a session, such as 30s");
            }
            var session =
                    new Session(
                            section.duration("gap", Duration.ofSeconds(1), LEAST, MAX_GAP),
                            section.duration("max", Duration.ofDays(1), LEAST, MAX_LENGTH));
            section.done();
            return session;
        }
    }

    /**
     * So many samples with a value.
     *
     * @param samples 1 to a million
     */
    record Count(int samples) implements Windows {
        private static final int MOST = 1_000_000;

        private static Count read(Section section) {
            return new Count((int) section.integer("count", 1, 1, MOST));
        }
    }

    /** Reads the one that is there; nothing where it is too wrong to go on with. */
    static Optional<Windows> read(Section section) {
        var found = KEYS.stream().filter(section::has).toList();
        if (found.isEmpty()) {
            section.missing(
                    "window", "give a time such as 10s, or 'session: {gap: 30s}', or 'count: 100'");
        } else if (found.size() > 1) {
            section.problem(
                    found.get(1),
                    "can't stand beside '%s': a window is by time, by session or by count; remove one"
                            .formatted(found.getFirst()));
        }
        if (found.isEmpty() || found.contains("window")) {
            var time = Time.read(section);
            section.section("session").ifPresent(Session::read);
            Count.read(section);
            return found.isEmpty() ? Optional.empty() : Optional.of(time);
        }
        refuseThoseOfTime(section, found.getFirst());
        var count = Count.read(section);
        return found.contains("session")
                ? section.section("session").map(Session::read)
                : Optional.of(count);
    }

    private static void refuseThoseOfTime(Section section, String found) {
        for (var key : List.of("every", "lateness", "hold")) {
            if (section.has(key)) {
                section.problem(
                        key, "goes with 'window' only, not with '%s'; remove it".formatted(found));
            }
        }
    }
}
