package io.drme.edge;

import io.drme.model.Batch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What pipelines derive while they are taken through the log, held against what is on record of it:
 * results come to the record in the order in which they are derived, tag by tag, be it later. What
 * is left at the end was never recorded: the gateway was killed, or stopped, while it waited.
 *
 * <p>Of a pipeline that did not run before, only those tags count of which something is on record:
 * what a new pipeline would have given was never due. Until then the newest results are kept,
 * {@link #MOST_UNPROVEN} of all such tags.
 */
final class MadeAgain {
    /**
     * So that no tick is too large for a small store either: a batch has so many results at most.
     */
    private static final int MOST_RESULTS = 64;

    /** A batch ends behind the result with which it has more characters of text than these. */
    private static final int MOST_CHARACTERS = 4_096;

    /** So many results are kept of tags of which it is not known whether they were ever due. */
    static final int MOST_UNPROVEN = 262_144;

    private final IntPredicate goesOn;
    private final Map<Integer, Deque<Result>> waiting = new HashMap<>();
    private final BitSet recorded = new BitSet();
    private int unproven;

    /**
     * Begins.
     *
     * @param goesOn whether a tag is of a pipeline that ran before
     */
    MadeAgain(IntPredicate goesOn) {
        this.goesOn = goesOn;
    }

    private record Result(long time, long bits, byte quality, @Nullable String text) {
        static Result of(Batch batch, int at) {
            return new Result(
                    batch.sourceTimes()[at],
                    batch.bits()[at],
                    batch.qualities()[at],
                    batch.text(at));
        }

        /** Whether it is this sample; the bits of a text say nothing. */
        boolean is(Batch batch, int at) {
            return time == batch.sourceTimes()[at]
                    && quality == batch.qualities()[at]
                    && Objects.equals(text, batch.text(at))
                    && (text != null || bits == batch.bits()[at]);
        }
    }

    /** Takes what was derived. */
    void add(Batch derived) {
        for (int i = 0; i < derived.size(); i++) {
            int tag = derived.tags()[i];
            waiting.computeIfAbsent(tag, _ -> new ArrayDeque<>()).add(Result.of(derived, i));
            unproven += isProven(tag) ? 0 : 1;
        }
        if (unproven > MOST_UNPROVEN) {
            forgetOlderHalves();
        }
    }

    private boolean isProven(int tag) {
        return goesOn.test(tag) || recorded.get(tag);
    }

    private void forgetOlderHalves() {
        waiting.forEach((tag, ofTag) -> {
            for (int left = isProven(tag) ? 0 : ofTag.size() / 2; left > 0; left--) {
                ofTag.removeFirst();
                unproven--;
            }
        });
    }

    /** Whether all of these were derived already. */
    boolean hasAll(Batch results) {
        for (int i = 0; i < results.size(); i++) {
            int at = i;
            var ofTag = waiting.getOrDefault(results.tags()[i], new ArrayDeque<>());
            if (ofTag.stream().noneMatch(r -> r.is(results, at))) {
                return false;
            }
        }
        return true;
    }

    /** Takes what is on record: it, and what was derived before it, is not made again. */
    void onRecord(Batch results) {
        for (int i = 0; i < results.size(); i++) {
            int tag = results.tags()[i];
            boolean wasProven = isProven(tag);
            recorded.set(tag);
            var ofTag = waiting.get(tag);
            if (ofTag != null) {
                unproven -= wasProven ? 0 : ofTag.size();
                takeUpTo(results, i, ofTag);
            }
        }
    }

    private static void takeUpTo(Batch results, int at, Deque<Result> ofTag) {
        if (ofTag.stream().anyMatch(r -> r.is(results, at))) {
            while (!ofTag.removeFirst().is(results, at)) {
                // The store had refused it, or it is damaged.
            }
        } else {
            while (!ofTag.isEmpty() && ofTag.getFirst().time() <= results.sourceTimes()[at]) {
                ofTag.removeFirst();
            }
        }
    }

    /** What is not on record, in batches that fit into the store, without a stamp. */
    List<Batch> left(int group) {
        var batches = new ArrayList<Batch>();
        var batch = new Batch();
        batch.begin(group, 0);
        int characters = 0;
        for (var tag : waiting.keySet().stream().sorted().toList()) {
            if (!isProven(tag)) {
                continue;
            }
            for (var result : waiting.getOrDefault(tag, new ArrayDeque<>())) {
                if (batch.size() == MOST_RESULTS || characters > MOST_CHARACTERS) {
                    batches.add(batch);
                    batch = new Batch();
                    batch.begin(group, 0);
                    characters = 0;
                }
                if (result.text() == null) {
                    batch.add(tag, result.time(), result.bits(), result.quality());
                } else {
                    characters += result.text().length();
                    batch.addText(tag, result.time(), result.text(), result.quality());
                }
            }
        }
        if (batch.size() > 0) {
            batches.add(batch);
        }
        return batches;
    }
}
