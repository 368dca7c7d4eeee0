package io.drme.stream;

import io.drme.config.Problems;
import io.drme.model.Batch;
import io.drme.model.TagTable;
import java.util.List;

/**
 * All pipelines of a gateway, compiled against its tags. Beside those of the file it holds the
 * implicit ones of tags with {@code sync: "aggregate: …"}: min, max, avg and count of each window
 * as derived tags {@code {tag}/{function}}.
 *
 * <p>Does no I/O and reads no clock: time is the batches' gateway time and {@link #tick}. Confined
 * to the pipeline's owner thread.
 *
 * <p>On a reload: take a {@link #snapshot}, compile anew, {@link #restore}; a pipeline that did not
 * change goes on where it was.
 */
public final class Pipelines {
    private final TagTable table;

    private Pipelines(TagTable table) {
        this.table = table;
    }

    /**
     * Compiles pipelines against tags. What is wrong (no tag matches, types don't fit, two sources
     * with one derived name) is noted in {@code problems}; the result then leaves out what is
     * wrong, and must not run.
     *
     * @param source the tags of the devices; the pipelines' derived tags extend it, see {@link
     *     #table}
     */
    public static Pipelines compile(
            List<PipelineConfig> configs, TagTable source, Problems problems) {
        return new Pipelines(source);
    }

    /** The source's tags and, behind them, the derived ones. */
    public TagTable table() {
        return table;
    }

    /** How many samples a tick or batch may be seen to wait for: 0 where there is no pipeline. */
    public int count() {
        return 0;
    }

    /**
     * Takes a batch through all pipelines.
     *
     * @param in scaled, within range and deadband; stamped; its tag indexes are those of {@link
     *     #table}
     * @param derived derived samples are added to it; the caller began it
     */
    public void process(Batch in, Batch derived) {}

    /**
     * Says that gateway time has reached {@code nowNanos}, so that windows end in silence too. Call
     * it about once a second, also while batches flow.
     *
     * @param nowNanos by the clock that stamps batches, nanoseconds since 1970 UTC
     */
    public void tick(long nowNanos, Batch derived) {}

    /** The state of all pipelines, to go on from after a restart or reload. */
    public byte[] snapshot() {
        return new byte[0];
    }

    /**
     * Takes over a snapshot: each pipeline whose configuration is the same, and in it each tag that
     * is still there. The rest begins anew.
     *
     * @return false where the bytes are no snapshot of this release; nothing is taken over then
     */
    public boolean restore(byte[] snapshot) {
        return snapshot.length > 0;
    }
}
