package io.drme.trial;

import io.drme.alarm.Transition;
import io.drme.model.Batch;
import java.util.List;

/** What one test adds to the coverage. */
final class CoverageRun {
    private final Coverage coverage;
    private final Filters.Run filters;

    CoverageRun(Coverage coverage, Filters.Run filters) {
        this.coverage = coverage;
        this.filters = filters;
    }

    /** What a test gives, before anything drops it. */
    void given(Batch in) {
        for (int i = 0; i < in.size(); i++) {
            coverage.givenTags().set(in.tags()[i]);
        }
    }

    /** What went into the pipelines and came out of them. */
    void processed(Batch in, Batch derived) {
        note(derived);
        filters.process(in, derived);
    }

    /** What came of a tick. */
    void ticked(long nowNanos, Batch derived) {
        note(derived);
        filters.tick(nowNanos, derived);
    }

    private void note(Batch derived) {
        for (int i = 0; i < derived.size(); i++) {
            coverage.derivedTags().set(derived.tags()[i]);
        }
    }

    void end(List<Transition> transitions) {
        coverage.take(transitions);
    }
}
