package io.drme.stream;

import io.drme.config.Section;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Says when things happen in an order or number; see docs/operators/pattern.md.
 *
 * @param beside the tags beside each, which may be none
 * @param when what happens first, or so many times
 * @param kind what has to follow
 * @param other what follows or stays away; absent for {@link Kind#TIMES}
 * @param times how often it happens, for {@link Kind#TIMES}
 * @param within in what time
 * @param lateness how long a sample of any of the tags may be under way, 0 to 1 h: where it is not
 *     0, samples count by source time
 * @param maxWaiting how many samples of a tag wait at most
 * @param lasts how long the result stays true; absent: it is not said when it is over
 */
record PatternStep(
        Beside beside,
        Expression when,
        Kind kind,
        Optional<Expression> other,
        int times,
        Duration within,
        Duration lateness,
        int maxWaiting,
        Optional<Duration> lasts)
        implements Step {
    /** The most events that are counted; their times are kept. */
    static final int MAX_TIMES = 1_000;

    private static final Duration LEAST = Duration.ofMillis(1);
    private static final Duration MOST = Duration.ofDays(7);
    private static final Duration MAX_LATENESS = Duration.ofHours(1);
    private static final int USUAL_WAITING = 256;
    private static final int MOST_WAITING = 65_536;
    private static final List<String> KINDS = List.of("then", "without", "times");

    /** What has to follow. */
    enum Kind {
        /** Another thing happens after it. */
        THEN,
        /** Another thing is at no moment the case from then on. */
        WITHOUT,
        /** It happens again and again. */
        TIMES
    }

    static Optional<PatternStep> read(Section step) {
        return step.section("pattern").flatMap(PatternStep::of);
    }

    private static Optional<PatternStep> of(Section pattern) {
        var beside = pattern.has("with") ? Beside.read(pattern) : Optional.of(new Beside(Map.of()));
        var when = Beside.readExpression(pattern, "when", beside, true);
        var found = KINDS.stream().filter(pattern::has).toList();
        if (found.size() != 1) {
            pattern.problems()
                    .add(
                            pattern.where(),
                            pattern.path(),
                            "has %s; give one of: then, without, times"
                                    .formatted(
                                            found.isEmpty()
                                                    ? "nothing that has to follow"
                                                    : String.join(" and ", found)));
        }
        var kind = found.isEmpty() ? Kind.TIMES : kindOf(found.getFirst());
        var other =
                kind == Kind.TIMES
                        ? Optional.<Expression>empty()
                        : Beside.readExpression(pattern, found.getFirst(), beside, true);
        int times = (int) pattern.integer("times", 2, 2, MAX_TIMES);
        if (!pattern.has("within")) {
            pattern.missing("within", "give a time such as 30s");
        }
        var within = pattern.duration("within", LEAST, LEAST, MOST);
        var lateness = pattern.duration("lateness", Duration.ZERO, Duration.ZERO, MAX_LATENESS);
        int waiting = (int) pattern.integer("max-waiting", USUAL_WAITING, 16, MOST_WAITING);
        if (pattern.has("max-waiting") && lateness.isZero()) {
            pattern.problem("max-waiting", "has a meaning only with 'lateness'; remove it");
        }
        var lasts =
                pattern.has("lasts")
                        ? Optional.of(pattern.duration("lasts", LEAST, LEAST, MOST))
                        : Optional.<Duration>empty();
        pattern.done();
        return when.filter(_ -> kind == Kind.TIMES || other.isPresent())
                .map(w ->
                        new PatternStep(
                                beside.orElseThrow(),
                                w,
                                kind,
                                other,
                                times,
                                within,
                                lateness,
                                waiting,
                                lasts));
    }

    private static Kind kindOf(String key) {
        return switch (key) {
            case "then" -> Kind.THEN;
            case "without" -> Kind.WITHOUT;
            default -> Kind.TIMES;
        };
    }

    @Override
    public List<String> sides(List<Lane> before) {
        return beside.sides(before);
    }

    @Override
    public Duration looksBack() {
        return within.plus(lasts.orElse(Duration.ZERO)).plus(lateness);
    }

    @Override
    public Optional<Operator> make(Making making) {
        var rows = beside.rows(making);
        var whens = beside.programs(when, rows, true, making);
        var others =
                other.isEmpty()
                        ? Optional.of(new Program[0])
                        : beside.programs(other.get(), rows, true, making);
        boolean makes = !rows.isEmpty() && whens.isPresent() && others.isPresent() && fits(making);
        if (!makes) {
            return Optional.empty();
        }
        var programs = new PatternPrograms(rows.toArray(int[][]::new), whens.get(), others.get());
        return Optional.of(
                lateness.isZero()
                        ? new PatternOperator(making, programs, this)
                        : new TimedPatternOperator(making, programs, this));
    }

    private boolean fits(Making making) {
        long events = kind == Kind.TIMES ? (long) times * (Long.BYTES + 1) : 0;
        if (lateness.isZero()) {
            return making.fits("pattern", events, "choose fewer 'times'");
        }
        long waiting = TimedPatternOperator.bytes(beside.names().size() + 1, maxWaiting);
        return making.fits(
                "pattern", events + waiting, "choose a smaller 'max-waiting', or fewer 'times'");
    }
}
