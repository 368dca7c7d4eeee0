package io.drme.stream;

import io.drme.config.Section;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Pairs each sample with samples of other tags by their times; see docs/operators/as-of.md and
 * join.md.
 *
 * @param by which of the others' samples is meant
 * @param beside the tags beside each
 * @param give over {@code value} and the names of the others
 * @param reach the furthest that the sample meant may be away, in time
 * @param lateness how long a sample of any of the tags may be under way; 0 to 1 h
 * @param clock which times are compared
 * @param dropsUnmatched whether there is no result, rather than a bad one, where one is not found
 * @param maxWaiting how many samples of a tag are kept at most
 */
record PairStep(
        By by,
        Beside beside,
        Expression give,
        Duration reach,
        Duration lateness,
        EventClock clock,
        boolean dropsUnmatched,
        int maxWaiting)
        implements Step {
    private static final Duration MAX_LATENESS = Duration.ofHours(1);
    private static final Duration MAX_WITHIN = Duration.ofHours(1);
    private static final int USUAL_WAITING = 256;
    private static final int MOST_WAITING = 65_536;

    /** Which sample of another tag belongs to a sample. */
    enum By {
        /** The newest that is not newer. */
        AS_OF("as-of"),
        /** The nearest, before or behind. */
        NEAREST("join");

        private final String key;

        By(String key) {
            this.key = key;
        }
    }

    /** What becomes of a sample that finds no partner. */
    enum Unmatched {
        BAD,
        DROP
    }

    static Optional<PairStep> readAsOf(Section step) {
        return step.section("as-of").flatMap(s -> of(By.AS_OF, s));
    }

    static Optional<PairStep> readJoin(Section step) {
        return step.section("join").flatMap(s -> of(By.NEAREST, s));
    }

    private static Optional<PairStep> of(By by, Section section) {
        var beside = Beside.read(section);
        var give = Beside.readExpression(section, "give", beside, false);
        var reach = by == By.AS_OF ? MaxAge.read(section).orElse(MaxAge.ANY) : within(section);
        var lateness = section.duration("lateness", Duration.ZERO, Duration.ZERO, MAX_LATENESS);
        var clock = section.choice("clock", EventClock.SOURCE);
        boolean drops = section.choice("unmatched", Unmatched.BAD) == Unmatched.DROP;
        int waiting = (int) section.integer("max-waiting", USUAL_WAITING, 16, MOST_WAITING);
        section.done();
        return give.map(g ->
                new PairStep(by, beside.orElseThrow(), g, reach, lateness, clock, drops, waiting));
    }

    private static Duration within(Section join) {
        if (!join.has("within")) {
            join.missing("within", "give a time such as 500ms");
        }
        return join.duration("within", Duration.ZERO, Duration.ZERO, MAX_WITHIN);
    }

    @Override
    public String word() {
        return by.key;
    }

    @Override
    public List<String> sides(List<Lane> before) {
        return beside.sides(before);
    }

    @Override
    public Duration looksBack() {
        return reach.equals(MaxAge.ANY) ? WITHOUT_END : reach.plus(lateness);
    }

    @Override
    public Optional<Operator> make(Making making) {
        var rows = beside.rows(making);
        var programs = beside.programs(give, rows, false, making);
        long bytes = (long) (beside.names().size() + 1) * maxWaiting * TimeLine.BYTES;
        return rows.isEmpty() || !making.fits(by.key, bytes, "choose a smaller 'max-waiting'")
                ? Optional.empty()
                : programs.map(p -> new PairOperator(making, rows, p, this));
    }
}
