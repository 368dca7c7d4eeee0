package io.drme.testing;

import java.util.stream.LongStream;

/**
 * The seeds that a simulation or property test runs over. {@code -Ddrme.seed=7} replays one, {@code
 * -Ddrme.seeds=1-200} takes a range; {@code -Ddrme.long=true} asks for the nightly number.
 */
public final class Seeds {
    private Seeds() {}

    /** Seeds 1 to {@code usual}, or to {@code nightly} in a long run, or the one to be replayed. */
    public static LongStream of(long usual, long nightly) {
        var one = System.getProperty("drme.seed");
        if (one != null) {
            return LongStream.of(Long.parseLong(one));
        }
        var range = System.getProperty("drme.seeds");
        if (range != null) {
            int dash = range.indexOf('-');
            return LongStream.rangeClosed(
                    Long.parseLong(range.substring(0, dash)),
                    Long.parseLong(range.substring(dash + 1)));
        }
        return LongStream.rangeClosed(1, Boolean.getBoolean("drme.long") ? nightly : usual);
    }

    /** 200 seeds, 50,000 in a long run: for {@code @MethodSource("io.drme.testing.Seeds#all")}. */
    public static LongStream all() {
        return of(200, 50_000);
    }
}
