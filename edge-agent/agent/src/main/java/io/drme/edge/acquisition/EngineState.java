package io.drme.edge.acquisition;

import io.drme.driver.Pace;
import io.drme.stream.EngineBudget;
import io.drme.stream.PipelineLoad;
import java.util.List;
import java.util.Map;

/**
 * How the pipelines do and what is done about it; about a second old. Immutable.
 *
 * @param budget what they may take together
 * @param pipelines each of them, in order
 * @param queuedBatches batches that wait for the owner
 * @param paces of the devices of which less is asked, by name
 * @param paceChanges how often less or more was asked of a device, since the start
 * @param widened samples within a widened deadband that would have passed the one of the file,
 *     since the start; they are among the filtered ones
 */
public record EngineState(
        EngineBudget budget,
        List<PipelineLoad> pipelines,
        int queuedBatches,
        Map<String, Pace> paces,
        long paceChanges,
        long widened) {
    /** Before the first look. */
    public static final EngineState NONE =
            new EngineState(EngineBudget.usual(), List.of(), 0, Map.of(), 0, 0);
}
