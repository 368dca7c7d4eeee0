package io.drme.stream;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One step of a pipeline, as the file describes it; docs/operators has a page each. A record, whose
 * text tells whether a step is still the same after a reload.
 */
public interface Step {
    /** What is looked back on where a step remembers without end, as a total does. */
    Duration WITHOUT_END = Duration.ofDays(1);

    /**
     * The words that {@code {function}} stands for behind this step.
     *
     * @param before those behind the step before; one empty word at the begin
     */
    default List<String> functions(List<String> before) {
        return before;
    }

    /**
     * Globs of the tags that it reads beside what the step before gives, each once.
     *
     * @param before lanes of the step before
     */
    default List<String> sides(List<Lane> before) {
        return List.of();
    }

    /**
     * Whether a result may come of several lanes of the step before, so that it has no one source.
     */
    default boolean mixes() {
        return false;
    }

    /** Whether a result depends on earlier samples, so that a change of the step loses some. */
    default boolean remembers() {
        return true;
    }

    /**
     * How old a sample may be that a result still depends on, in the times of the tags: so much of
     * the log has to be gone through where nothing else is left of its state. {@link #WITHOUT_END}
     * where there is no limit.
     */
    default Duration looksBack() {
        return remembers() ? WITHOUT_END : Duration.ZERO;
    }

    /** Its kind, as in a file. */
    default String word() {
        return getClass().getSimpleName().replaceFirst("Step$", "").toLowerCase(Locale.ROOT);
    }

    /** What it asks of each sample, as a step that gives the answer; only a filter asks. */
    default Optional<Step> asked() {
        return Optional.empty();
    }

    /** Makes it run; nothing where it can't over these lanes, which is noted as a problem then. */
    Optional<Operator> make(Making making);
}
