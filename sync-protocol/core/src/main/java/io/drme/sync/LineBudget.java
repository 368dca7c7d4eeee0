package io.drme.sync;

/**
 * What may be taken of the line, in bytes a second; 0 is without limit.
 *
 * @param all blocks and live values together; events are counted in it, and never wait
 * @param data blocks, new and old together
 * @param backlog blocks that are older than the session, and what is asked for again
 * @param live latest values for pages; a quarter of {@code all} where that has a limit
 */
public record LineBudget(long all, long data, long backlog, long live) {
    /** Without limit. */
    public static final LineBudget NONE = of(0);

    /** A limit for all together. */
    public static LineBudget of(long all) {
        return new LineBudget(all, 0, 0, 0);
    }
}
