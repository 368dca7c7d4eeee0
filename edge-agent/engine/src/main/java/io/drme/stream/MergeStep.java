package io.drme.stream;

import io.drme.config.Section;
import io.drme.model.Glob;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Makes one of several tags; see docs/operators/merge.md.
 *
 * @param by what tags that become one have in common
 * @param take which of their samples
 * @param lateness how long a sample waits for older ones of the other tags; 0 to 1 h
 * @param clock which time the samples are in order by
 * @param prefer globs of tags, the best first; empty unless {@code take} is {@link Take#PREFERRED}
 * @param atLeast how many good inputs make a good result; 0: more than half
 * @param maxWaiting how many samples of each tag wait at most; then the oldest goes on before its
 *     time
 * @param maxAge how old a sample of the others may be and still count; absent: any age
 */
record MergeStep(
        LaneGroups.By by,
        Take take,
        Duration lateness,
        EventClock clock,
        List<String> prefer,
        int atLeast,
        int maxWaiting,
        Optional<Duration> maxAge)
        implements Step {
    private static final Duration MAX_LATENESS = Duration.ofHours(1);
    private static final Duration USUAL_LATENESS = Duration.ofSeconds(1);

    private static final int USUAL_WAITING = 256;
    private static final int MOST_WAITING = 65_536;

    /** Which samples of a group are given. */
    enum Take {
        /** All, in the order of their time. */
        EVERY,
        /** Those of the best tag that is usable. */
        PREFERRED,
        /** The one in the middle of the newest of each. */
        MEDIAN
    }

    static Optional<MergeStep> read(Section step) {
        return step.section("merge").map(MergeStep::of);
    }

    private static MergeStep of(Section merge) {
        var prefer = merge.texts("prefer");
        var take = merge.choice("take", prefer.isEmpty() ? Take.EVERY : Take.PREFERRED);
        if (take == Take.PREFERRED && prefer.isEmpty()) {
            merge.missing("prefer", "list the tags, the best first");
        }
        if (take != Take.PREFERRED && !prefer.isEmpty()) {
            merge.problem("prefer", "says which tag is best, but 'take' is not 'preferred'");
        }
        onlyFor(merge, "lateness", take == Take.EVERY, "every");
        onlyFor(merge, "max-waiting", take == Take.EVERY, "every");
        onlyFor(merge, "clock", take == Take.EVERY, "every");
        onlyFor(merge, "at-least", take == Take.MEDIAN, "median");
        onlyFor(merge, "max-age", take != Take.EVERY, "preferred or median");
        var step =
                new MergeStep(
                        merge.choice("by", LaneGroups.By.ALL),
                        take,
                        merge.duration("lateness", USUAL_LATENESS, Duration.ZERO, MAX_LATENESS),
                        merge.choice("clock", EventClock.SOURCE),
                        prefer,
                        (int) merge.integer("at-least", 0, 1, 1_000),
                        (int) merge.integer("max-waiting", USUAL_WAITING, 16, MOST_WAITING),
                        MaxAge.read(merge));
        merge.done();
        return step;
    }

    private static void onlyFor(Section merge, String key, boolean fits, String take) {
        if (merge.has(key) && !fits) {
            merge.problem(key, "has a meaning only where 'take' is %s; remove it".formatted(take));
        }
    }

    @Override
    public boolean mixes() {
        return true;
    }

    @Override
    public Duration looksBack() {
        return lateness.plus(maxAge.orElse(WITHOUT_END));
    }

    @Override
    public Optional<Operator> make(Making making) {
        var order = order(making);
        if (order.isEmpty()) {
            return Optional.empty();
        }
        var groups = LaneGroups.of(making.lanes(), by, order.get());
        if (!areOfOneType(making, groups)) {
            return Optional.empty();
        }
        long bytes = (long) maxWaiting * TimeLine.BYTES;
        return switch (take) {
            case EVERY ->
                    making.fits("merge", bytes, "choose a smaller 'max-waiting'")
                            ? Optional.of(new MergeOperator(making.lanes(), groups, this))
                            : Optional.empty();
            case PREFERRED ->
                    Optional.of(new PreferOperator(making.lanes(), groups, MaxAge.nanos(maxAge)));
            case MEDIAN -> Optional.of(new VoteOperator(making.lanes(), groups, this));
        };
    }

    /** The lanes, the best of each group first. */
    private Optional<List<Integer>> order(Making making) {
        var lanes = making.lanes();
        if (take != Take.PREFERRED) {
            return Optional.of(IntStream.range(0, lanes.size()).boxed().toList());
        }
        var globs = prefer.stream().map(Glob::of).toList();
        var order = new ArrayList<Integer>();
        for (var glob : globs) {
            for (int i = 0; i < lanes.size(); i++) {
                if (!order.contains(i) && glob.matches(lanes.get(i).source())) {
                    order.add(i);
                }
            }
        }
        for (int i = 0; i < lanes.size(); i++) {
            if (!order.contains(i)) {
                making.problem(
                        "merge.prefer",
                        "does not say where %s stands; add it, or leave it out of 'from'"
                                .formatted(lanes.get(i).source()));
                return Optional.empty();
            }
        }
        return Optional.of(order);
    }

    private boolean areOfOneType(Making making, LaneGroups groups) {
        for (int group = 0; group < groups.count(); group++) {
            var member = groups.members(group);
            var first = making.lanes().get(member[0]);
            for (int i : member) {
                var lane = making.lanes().get(i);
                if (lane.type() != first.type()) {
                    making.problem(
                            "merge",
                            "%s is %s, but %s is %s, and they would be one tag; convert one with 'map', or leave it out of 'from'"
                                    .formatted(
                                            first.source(),
                                            Typing.words(first.type()),
                                            lane.source(),
                                            Typing.words(lane.type())));
                    return false;
                }
                if (take == Take.MEDIAN && lane.type() == ValueType.TEXT) {
                    making.problem(
                            "merge.take",
                            "%s is a text, of which there is no median".formatted(lane.source()));
                    return false;
                }
            }
        }
        return true;
    }
}
