package io.drme.alarm;

import io.drme.model.Batch;
import java.util.ArrayList;
import java.util.List;

/** Which alarms the samples of a tag may hold back. */
final class Suppressors {
    private final Watch[][] byTag;
    private final boolean any;

    /** The alarms that a tag holds back, by the tag's index; none, or at least one for each tag. */
    Suppressors(Watch[][] byTag) {
        this.byTag = byTag;
        boolean found = false;
        for (var watches : byTag) {
            found |= watches.length > 0;
        }
        this.any = found;
    }

    /** Whether any alarm can be held back. */
    boolean any() {
        return any;
    }

    /** Looks at each sample; gives the alarms whose suppression begins with one of them. */
    List<Watch> begin(Batch in, long elapsed) {
        List<Watch> begun = List.of();
        for (int i = 0; i < in.size(); i++) {
            for (var watch : of(in.tags()[i])) {
                if (watch.suppression().look(in, i, elapsed)) {
                    begun = begun.isEmpty() ? new ArrayList<>() : begun;
                    begun.add(watch);
                }
            }
        }
        return begun;
    }

    /** The alarms that a batch says something about; one may stand there more than once. */
    List<Watch> asked(Batch in) {
        List<Watch> asked = List.of();
        for (int i = 0; i < in.size(); i++) {
            var watches = of(in.tags()[i]);
            if (watches.length > 0) {
                asked = asked.isEmpty() ? new ArrayList<>() : asked;
                asked.addAll(List.of(watches));
            }
        }
        return asked;
    }

    private Watch[] of(int tag) {
        return tag < byTag.length ? byTag[tag] : AlarmCompiler.NO_WATCHES;
    }
}
