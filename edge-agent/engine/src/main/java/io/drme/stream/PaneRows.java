package io.drme.stream;

import io.drme.model.ValueType;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the panes of an aggregate stand. A pane is a row of longs, see {@link PaneLayout}; those of
 * one time stand side by side, lane by lane. Samples of a poll come in the order of their lanes, so
 * what they touch lies in a row and is there before it is needed.
 *
 * <p>Each lane has as many slots as its ring has panes. Behind them all is one to put a window
 * together in, and, if asked for, one more a lane.
 */
final class PaneRows {
    /** So many different values of a pane are kept as they are for percentiles. */
    static final int MAX_EXACT = 256;

    /** So many of a window. */
    private static final int MAX_EXACT_OF_WINDOW = 1_024;

    /** From so many lanes on they get a stride that is no round number. */
    private static final int MANY = 64;

    private static final int ABSENT = PaneLayout.ABSENT;

    private final ValueType[] types;
    private final PaneLayout layout;
    private final int width;
    private final int[] saved;
    private final int ring;

    /** Slots from one place in the ring to the next, of which each lane has one. */
    private final int stride;

    /** The rows, one behind the other; of each the flags first. */
    private final long[] cells;

    private final Quantiles[] quantiles;
    private final @Nullable String[] firstTexts;
    private final @Nullable String[] lastTexts;

    /** A pane that was asked for, and its place in a ring: others are near it. */
    private long recentPane;

    private int recentPlace;

    /**
     * Makes empty rows.
     *
     * @param ring panes of a lane that may hold samples at the same time
     * @param hasAhead whether each lane has a slot behind that of the sum
     */
    PaneRows(List<Lane> lanes, PaneLayout layout, int ring, boolean hasAhead) {
        this.types = lanes.stream().map(Lane::type).toArray(ValueType[]::new);
        this.layout = layout;
        this.width = layout.width;
        this.saved = layout.saved();
        this.ring = ring;
        // Panes of a lane that are apart by a power of two would share few sets of the cache.
        boolean isSpread = lanes.size() >= MANY && !layout.hasQuantiles();
        this.stride = isSpread ? lanes.size() | 1 : lanes.size();
        int all = sum() + 1 + (hasAhead ? lanes.size() : 0);
        cells = new long[Math.multiplyExact(all, width)];
        quantiles = new Quantiles[layout.hasQuantiles() ? all : 0];
        for (int i = 0; i < quantiles.length; i++) {
            quantiles[i] = new Quantiles(i == sum() ? MAX_EXACT_OF_WINDOW : MAX_EXACT);
        }
        int texts = Arrays.asList(types).contains(ValueType.TEXT) ? all : 0;
        firstTexts = new String[texts];
        lastTexts = new String[texts];
    }

    /** The rows; the live array. */
    long[] cells() {
        return cells;
    }

    /** By slot; empty where no function needs them. Live. */
    Quantiles[] quantiles() {
        return quantiles;
    }

    /** By slot; empty where no lane has texts. Live. */
    @Nullable String[] firstTexts() {
        return firstTexts;
    }

    /** By slot; empty where no lane has texts. Live. */
    @Nullable String[] lastTexts() {
        return lastTexts;
    }

    /** The slot that a window is put together in. */
    int sum() {
        return stride * ring;
    }

    /** The slot of a lane that panes may be put together in beforehand. */
    int ahead(int lane) {
        return sum() + 1 + lane;
    }

    /** The slot of a pane. */
    int slot(int lane, long pane) {
        long beyond = pane - recentPane;
        if (beyond <= -ring || beyond >= ring) {
            recentPane = pane;
            recentPlace = Math.floorMod(pane, ring);
            beyond = 0;
        }
        int place = recentPlace + (int) beyond;
        int inRing = place < 0 ? place + ring : place >= ring ? place - ring : place;
        return inRing * stride + lane;
    }

    /** Empties all panes of a lane. */
    void clear(int lane) {
        for (int slot = lane; slot < sum(); slot += stride) {
            clearSlot(slot);
        }
    }

    void clearSlot(int slot) {
        int row = slot * width;
        for (int i = 0; i < width; i++) {
            cells[row + i] = 0;
        }
        if (quantiles.length + firstTexts.length > 0) {
            clearBeside(slot);
        }
    }

    private void clearBeside(int slot) {
        if (quantiles.length > 0) {
            quantiles[slot].clear();
        }
        if (firstTexts.length > 0) {
            firstTexts[slot] = null;
            lastTexts[slot] = null;
        }
    }

    /** Writes the panes of a lane. */
    void save(int lane, DataOutput out) throws IOException {
        for (int slot = lane; slot < sum(); slot += stride) {
            saveSlot(lane, slot, out);
        }
    }

    void saveSlot(int lane, int slot, DataOutput out) throws IOException {
        int row = slot * width;
        out.writeByte((byte) cells[row]);
        out.writeBoolean(isUsed(row));
        if (isUsed(row)) {
            for (int column : saved) {
                out.writeLong(column == ABSENT ? 0 : cells[row + column]);
            }
            if (quantiles.length > 0) {
                quantiles[slot].save(out);
            }
            if (types[lane] == ValueType.TEXT) {
                SavedText.write(firstTexts[slot], out);
                SavedText.write(lastTexts[slot], out);
            }
        }
    }

    private boolean isUsed(int row) {
        return cells[row] != 0
                || (layout.span != ABSENT && Double.longBitsToDouble(cells[row + layout.span]) > 0);
    }

    /** Reads what {@link #save} wrote. */
    void load(int lane, DataInput in) throws IOException {
        for (int slot = lane; slot < sum(); slot += stride) {
            loadSlot(lane, slot, in);
        }
    }

    void loadSlot(int lane, int slot, DataInput in) throws IOException {
        clearSlot(slot);
        int row = slot * width;
        cells[row] = in.readByte();
        if (in.readBoolean()) {
            for (int column : saved) {
                long bits = in.readLong();
                if (column != ABSENT) {
                    cells[row + column] = bits;
                }
            }
            if (quantiles.length > 0) {
                quantiles[slot].load(in);
            }
            if (types[lane] == ValueType.TEXT) {
                firstTexts[slot] = SavedText.read(in);
                lastTexts[slot] = SavedText.read(in);
            }
        }
    }
}
