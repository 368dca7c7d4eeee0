package io.drme.simulation;

import static io.drme.simulation.BrokenInvariant.require;

import io.drme.cloud.store.AlarmStore.AlarmRow;
import io.drme.edge.recording.AlarmBook.Occurrence;
import io.drme.schema.AlarmTransition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What people decided about alarms at the centre, and what must come of it: each act is on record
 * at most once, with when it was decided; one that is overtaken by a later changes nothing; and in
 * the end both sides show the same.
 */
final class Acts {
    /** Who acts at the centre; nobody at a gateway is called so. */
    static final String PERSON = "carla";

    private static final String TOO_LATE = " not done, ";

    private final Map<String, Long> decidedByWords = new HashMap<>();

    private static final long NOBODY = Long.MIN_VALUE;

    /** What an act is known by in every record of it. */
    static String words(long number) {
        return "<%d>".formatted(number);
    }

    void given(String words, long decided) {
        decidedByWords.put(words, decided);
    }

    int count() {
        return decidedByWords.size();
    }

    /** What is known of one chain of records while it is gone through. */
    static final class Chain {
        private final Map<String, Long> changedAt = new HashMap<>();
        private final Map<String, String> seen = new HashMap<>();

        /** Behind a hole nothing is known of what was before. */
        void hole() {
            changedAt.clear();
        }
    }

    /** Looks at the next record of a chain. */
    void check(String where, Chain chain, AlarmTransition t) {
        boolean isAct = t.by().equals(PERSON);
        if (isAct) {
            var words = t.comment().substring(t.comment().lastIndexOf('<'));
            long decided = decidedByWords.getOrDefault(words, NOBODY);
            require(decided != NOBODY, "%s: nobody decided %s", where, t);
            require(
                    decided == t.decided(),
                    "%s: the record of %s says it was decided at %d, and it was at %s",
                    where,
                    t,
                    t.decided(),
                    decided);
            var before = chain.seen.put(words, t.toString());
            require(before == null, "%s: an act is on record twice: %s and %s", where, before, t);
        }
        boolean changes = !t.by().isEmpty() && !t.from().equals(t.to());
        long last = chain.changedAt.getOrDefault(t.alarm(), 0L);
        require(
                !isAct || !changes || t.decided() >= last,
                "%s: an act that was overtaken was done all the same: %s, decided later is %d",
                where,
                t,
                last);
        if (isAct && t.comment().contains(TOO_LATE)) {
            require(!changes, "%s: an act that came too late changed something: %s", where, t);
        }
        if (changes) {
            chain.changedAt.put(t.alarm(), Math.max(last, t.decided()));
        }
    }

    /**
     * Both sides show the same of each occurrence of which the centre has the newest record.
     *
     * @param isThere whether the centre has a record
     */
    static void checkEqual(
            String where,
            List<Occurrence> here,
            List<AlarmRow> there,
            Predicate<AlarmTransition> isThere) {
        var rows = new HashMap<String, AlarmRow>();
        there.forEach(row -> rows.put(row.id(), row));
        for (var occurrence : here) {
            var last = occurrence.last().payload();
            var row = rows.get(last.alarm());
            if (!isThere.test(last)) {
                continue; // what must have arrived is seen to elsewhere
            }
            if (row == null) {
                throw new BrokenInvariant("%s: the centre does not show %s".formatted(where, last));
            }
            var shown =
                    "%s %s %d %s %s"
                            .formatted(
                                    row.state(),
                                    row.priority(),
                                    row.shelvedUntil(),
                                    row.context().by(),
                                    row.context().marks());
            var expected =
                    "%s %s %d %s %s"
                            .formatted(
                                    last.to(),
                                    last.priority(),
                                    last.until(),
                                    last.by(),
                                    last.marks());
            require(
                    shown.equals(expected),
                    "%s: of %s the gateway shows %s, the centre %s",
                    where,
                    last.alarm(),
                    expected,
                    shown);
        }
    }
}
