package io.drme.edge.acquisition;

import io.drme.alarm.Transition;
import io.drme.model.Batch;
import io.drme.model.TagTable;
import io.drme.time.ClockChange;
import java.util.List;
import java.util.Optional;

/**
 * What the pipeline hands to the store for one tick: everything that one delivery of a driver, or
 * one tick of the clock, led to. It goes into one journal frame, so that a derived sample is
 * durable exactly when its inputs are; one that had to wait, as pipelines could not follow, comes
 * in a later frame.
 *
 * @param samples what passed the deadband, an empty poll too; absent where no driver was asked; the
 *     owner of both batches is now the store
 * @param derived what the pipelines made of them
 * @param tags what the batches' indexes mean
 * @param read how many samples the driver gave
 * @param filtered how many of them were dropped by their deadband
 * @param clock what became of the clock before any of this was stamped
 * @param transitions changes of alarms; not empty means: commit now, and tell nobody before
 * @param whenDurable called on the store's thread once all of this survives a power cut
 */
public record Recording(
        Optional<Batch> samples,
        Batch derived,
        TagTable tags,
        int read,
        int filtered,
        List<ClockChange> clock,
        List<Transition> transitions,
        Runnable whenDurable) {

    /** What {@code whenDurable} is where nobody waits. */
    static final Runnable NOBODY = () -> {};
}
