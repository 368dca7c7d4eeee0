package io.drme.alarm;

import io.drme.model.Batch;
import java.util.ArrayList;
import java.util.List;

/** Which alarms ask a tag beside their own, whether to be held back or to compare with it. */
final class Askers {
    private final Watch[][] byTag;
    private final boolean any;

    /** The alarms that ask a tag, by the tag's index. */
    Askers(Watch[][] byTag) {
        this.byTag = byTag;
        boolean found = false;
        for (var watches : byTag) {
            found |= watches.length > 0;
        }
        this.any = found;
    }

    /** Whether there are any. */
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

    /** Has each sample taken as what its alarms compare with. */
    void refer(Batch in) {
        for (int i = 0; i < in.size(); i++) {
            for (var watch : of(in.tags()[i])) {
                watch.detector().refer(in, i);
            }
        }
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
