package io.drme.stream;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Which step of a changed pipeline goes on with the state of which step of before: the one with the
 * same definition, in the same order. What stands before or behind it may have changed, as long as
 * the lanes that it runs over are the same; lanes that are not the same begin anew.
 */
final class Migration {
    /** No step of before. */
    static final int NONE = -1;

    private final List<StepShape> before;
    private final List<StepShape> after;
    private final int[] from;

    Migration(List<StepShape> before, List<StepShape> after) {
        this.before = before;
        this.after = after;
        this.from = matched();
    }

    /** The step of before whose state a step goes on with, or {@link #NONE}. */
    int from(int step) {
        return from[step];
    }

    /** The longest run of steps, in order, that both have. */
    private int[] matched() {
        var longest = new int[before.size() + 1][after.size() + 1];
        for (int i = before.size() - 1; i >= 0; i--) {
            for (int j = after.size() - 1; j >= 0; j--) {
                longest[i][j] =
                        isSame(i, j)
                                ? longest[i + 1][j + 1] + 1
                                : Math.max(longest[i + 1][j], longest[i][j + 1]);
            }
        }
        var found = new int[after.size()];
        Arrays.fill(found, NONE);
        int i = 0;
        int j = 0;
        while (i < before.size() && j < after.size()) {
            if (isSame(i, j)) {
                found[j++] = i++;
            } else if (longest[i + 1][j] >= longest[i][j + 1]) {
                i++;
            } else {
                j++;
            }
        }
        return found;
    }

    private boolean isSame(int i, int j) {
        return before.get(i).definition() == after.get(j).definition();
    }

    /** What is not carried over, in the order of the steps. */
    List<Loss> losses(String pipeline) {
        var losses = new ArrayList<Loss>();
        int i = 0;
        int changed = NONE;
        for (int j = 0; j <= after.size(); j++) {
            int next = j == after.size() ? before.size() : from[j];
            if (next == NONE) {
                changed = changed == NONE ? j : changed;
                continue;
            }
            addChanged(pipeline, i, next, changed == NONE ? j : changed, j, losses);
            if (j < after.size()) {
                addLanes(pipeline, next, j, losses);
            }
            i = next + 1;
            changed = NONE;
        }
        return losses;
    }

    /** Steps of before that none of {@code fromNew} to {@code toNew} is the same as. */
    private void addChanged(
            String pipeline, int fromOld, int toOld, int fromNew, int toNew, List<Loss> losses) {
        int at = fromNew;
        for (int i = fromOld; i < toOld; i++) {
            var gone = before.get(i);
            if (!gone.remembers()) {
                continue;
            }
            int now = at;
            while (now < toNew && !after.get(now).kind().equals(gone.kind())) {
                now++;
            }
            if (now < toNew) {
                losses.add(new Loss(pipeline, now, gone.kind(), "begins anew: it was changed"));
                at = now + 1;
            } else {
                losses.add(new Loss(pipeline, i, gone.kind(), "is forgotten: it is gone"));
            }
        }
    }

    /** A tag that there was, but not like this, begins anew; one that is new loses nothing. */
    private void addLanes(String pipeline, int i, int j, List<Loss> losses) {
        var was = before.get(i);
        var now = after.get(j);
        var lanes = LongStream.of(was.lanes()).boxed().collect(Collectors.toSet());
        var sources = LongStream.of(was.sources()).boxed().collect(Collectors.toSet());
        int anew = 0;
        for (int lane = 0; lane < now.lanes().length; lane++) {
            boolean isKnown = sources.contains(now.sources()[lane]);
            anew += isKnown && !lanes.contains(now.lanes()[lane]) ? 1 : 0;
        }
        if (anew > 0) {
            losses.add(
                    new Loss(
                            pipeline,
                            j,
                            now.kind(),
                            "begins anew for %s: what comes to it is of another kind or type than before"
                                    .formatted(
                                            anew == now.lanes().length
                                                    ? "all tags"
                                                    : "%d of %d tags"
                                                            .formatted(anew, now.lanes().length))));
        }
    }
}
