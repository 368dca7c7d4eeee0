package io.drme.log;

import java.util.List;

/**
 * What opening a store found.
 *
 * @param fresh whether the data directory was used for the first time
 * @param clean whether the store was closed in order; a fresh one was
 * @param lastCommitNanos wall-clock time of the last commit before, nanoseconds since 1970; 0 where
 *     there is none
 * @param journalSamples samples that were in the journal only and are in blocks now
 * @param damages what was damaged or missing, for people; each is logged and counted too
 * @param dropped ranges that are gone, for each of which a drop event was appended
 */
public record Recovery(
        boolean fresh,
        boolean clean,
        long lastCommitNanos,
        long journalSamples,
        List<String> damages,
        List<DroppedRange> dropped) {}
