package io.drme.stream;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Puts sliding windows together from panes that ended, with about three steps a window however many
 * panes it has, and still without ever subtracting.
 *
 * <p>Time is cut into runs as long as a window. A window reaches over at most two of them: the end
 * of one, and the begin of the next. The begin is put together pane by pane as they end. Once a run
 * is over each of its panes takes to it all behind it, so that each end of the run stands in one
 * slot. Where runs begin depends on time alone, so results do not depend on when state was saved.
 */
final class SlidingPanes {
    /** Fewer are put together one by one as fast. */
    static final int LEAST = 4;

    private final Panes panes;
    private final PaneRows rows;
    private final int window;
    private final boolean prepares;

    /** The first pane of the run that was asked for last; other lanes are in it as well. */
    private long recentBegin;

    /**
     * Makes it.
     *
     * @param window panes that a window has
     * @param prepares whether it has the slots for that; otherwise each window is put together from
     *     all of its panes
     */
    SlidingPanes(Panes panes, int window, boolean prepares) {
        this.panes = panes;
        this.rows = panes.rows();
        this.window = window;
        this.prepares = prepares;
    }

    /**
     * Puts together the window that ends with a pane; nothing more comes into it. Called of each
     * pane once, in their order, unless {@link #forget} comes between.
     */
    void gather(int lane, long pane) {
        long first = pane - window + 1;
        if (!prepares) {
            panes.gather(lane, first, pane);
            return;
        }
        long begin = begin(pane);
        int ahead = rows.ahead(lane);
        if (pane == begin) {
            rows.clearSlot(ahead);
        }
        panes.append(lane, ahead, rows.slot(lane, pane));
        int sum = panes.gather();
        if (first < begin) {
            panes.append(lane, sum, rows.slot(lane, first));
        }
        panes.append(lane, sum, ahead);
    }

    /** Says that the window that ends with a pane was told: its first pane is needed no more. */
    void leave(int lane, long pane) {
        long first = pane - window + 1;
        if (prepares && pane + 1 == begin(pane) + window) {
            for (long at = pane - 1; at > first; at--) {
                panes.append(lane, rows.slot(lane, at), rows.slot(lane, at + 1));
            }
        }
        rows.clearSlot(rows.slot(lane, first));
    }

    private long begin(long pane) {
        if (pane < recentBegin || pane >= recentBegin + window) {
            recentBegin = pane - Math.floorMod(pane, window);
        }
        return recentBegin;
    }

    /** Says that the panes to come follow none, as all that were are empty or cleared. */
    void forget(int lane) {
        if (prepares) {
            rows.clearSlot(rows.ahead(lane));
        }
    }

    void save(int lane, DataOutput out) throws IOException {
        rows.save(lane, out);
        if (prepares) {
            rows.saveSlot(lane, rows.ahead(lane), out);
        }
    }

    void load(int lane, DataInput in) throws IOException {
        rows.load(lane, in);
        if (prepares) {
            rows.loadSlot(lane, rows.ahead(lane), in);
        }
    }
}
