package io.drme.stream;

import io.drme.config.Section;
import io.drme.config.Where;
import io.drme.model.SyncMode;
import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One entry of {@code pipelines:}.
 *
 * @param name words as in a tag name, unique
 * @param from globs over {@code device/path}; a pipeline also sees what those above it derive
 * @param steps in order, 1 to {@link #MAX_STEPS}
 * @param to templates of the derived tags' names, with {@code {tag}}, {@code {device}}, {@code
 *     {path}} and {@code {function}}
 * @param sync what of the derived tags leaves the site; absent: nothing where the source is local,
 *     everything otherwise
 * @param unit UCUM code of the results; absent: the source's
 * @param share what it may take when there is not enough for all
 * @param where its place in the file
 */
public record PipelineConfig(
        String name,
        List<String> from,
        List<Step> steps,
        List<String> to,
        Optional<SyncMode> sync,
        Optional<String> unit,
        Share share,
        Where where) {
    /** The most pipelines on a gateway; it bounds the work a sample can cause. */
    public static final int MAX_PIPELINES = 10_000;

    /** The most steps in a pipeline; beyond that a person can't follow it either. */
    public static final int MAX_STEPS = 32;

    /**
     * Patterns of the tags that its steps read beside those of {@code from}, whatever these are.
     */
    public List<String> beside() {
        var any = new Lane("*/**", "*", ValueType.FLOAT64, false);
        return steps.stream().flatMap(s -> s.sides(List.of(any)).stream()).distinct().toList();
    }

    /**
     * Reads {@code pipelines:} below {@code top}; what is wrong is noted in its problems, and the
     * entry is left out.
     */
    public static List<PipelineConfig> readAll(Section top) {
        var all = new ArrayList<PipelineConfig>();
        var sections = top.sections("pipelines");
        if (sections.size() > MAX_PIPELINES) {
            top.problem(
                    "pipelines",
                    "has %,d entries; at most %,d are allowed: let one pipeline read several tags by a pattern"
                            .formatted(sections.size(), MAX_PIPELINES));
        }
        sections.forEach((name, section) -> PipelineReader.read(name, section).ifPresent(all::add));
        return List.copyOf(all);
    }
}
