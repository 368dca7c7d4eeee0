package io.drme.log;

import io.drme.block.BlockReader;
import io.drme.model.Batch;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives the batches of a block, whose tag indexes are series, a table with which they can be added
 * to another block. Confined to its owner.
 */
final class SeriesTables {
    private final List<Tag> series = new ArrayList<>();
    private TagTable table;

    SeriesTables(BlockReader reader) {
        this(reader, TagTable.EMPTY);
    }

    /** Goes on with the table of the block before. */
    SeriesTables(BlockReader reader, TagTable before) {
        for (var one : reader.series()) {
            series.add(Tag.of(one.tag().text(), one.type()));
        }
        table = before.with(series);
    }

    /** Turns the batch's series into tags; a tag whose type changed has a table for each. */
    TagTable tableFor(Batch batch) {
        var changed = new ArrayList<Tag>();
        for (int i = 0; i < batch.size(); i++) {
            var tag = series.get(batch.tags()[i]);
            int index = table.indexOf(tag.name()).orElseThrow();
            if (table.get(index).type() != tag.type()) {
                changed.add(tag);
            }
            batch.tags()[i] = index;
        }
        table = changed.isEmpty() ? table : table.with(changed);
        return table;
    }

    /** The table as it is now, for the next block. */
    TagTable table() {
        return table;
    }
}
