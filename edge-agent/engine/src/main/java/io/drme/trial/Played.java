package io.drme.trial;

import io.drme.alarm.Transition;
import io.drme.model.Batch;
import io.drme.model.TagTable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** What came of a test: the samples of the tags that it asks about, and all transitions. */
final class Played {
    private final TagTable table;
    private final BitSet wanted;
    private final Batch samples = new Batch();
    private final List<Transition> transitions = new ArrayList<>();

    /**
     * Begins to note.
     *
     * @param wanted indexes of the tags whose samples are kept
     */
    Played(TagTable table, BitSet wanted) {
        this.table = table;
        this.wanted = wanted;
    }

    void note(Batch batch) {
        for (int i = 0; i < batch.size(); i++) {
            if (wanted.get(batch.tags()[i])) {
                samples.addFrom(batch, i);
            }
        }
    }

    void note(Transition transition) {
        transitions.add(transition);
    }

    TagTable table() {
        return table;
    }

    /** In the order in which they came to be. */
    Batch samples() {
        return samples;
    }

    /** In the order in which they happened. */
    List<Transition> transitions() {
        return transitions;
    }
}
