package io.drme.cloud.grid;

import io.drme.cloud.store.BlockStore.TagRow;
import java.util.Arrays;
import java.util.List;

/**
 * The units of one gateway's tags, as two columns sorted by name: what the newest values are shown
 * with. Immutable.
 */
@SuppressWarnings("ArrayRecordComponent") // columns of one entry of the grid, never compared
public record TagSheet(String[] names, String[] units) {
    /** A gateway without a catalogue. */
    public static final TagSheet EMPTY = new TagSheet(new String[0], new String[0]);

    /** Takes what is shown from rows sorted by name. */
    static TagSheet of(List<TagRow> rows) {
        return new TagSheet(
                rows.stream().map(TagRow::name).toArray(String[]::new),
                rows.stream().map(TagRow::unit).toArray(String[]::new));
    }

    /** The unit of a tag; empty where it has none or is not known. */
    public String unit(String tag) {
        int at = Arrays.binarySearch(names, tag);
        return at < 0 ? "" : units[at];
    }
}
