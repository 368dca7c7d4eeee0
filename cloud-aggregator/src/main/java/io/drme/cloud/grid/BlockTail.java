package io.drme.cloud.grid;

import io.drme.block.BadBlockException;
import io.drme.block.BlockReader;
import io.drme.block.SeriesColumns;
import io.drme.cloud.grid.LatestTable.Offer;
import io.drme.cloud.grid.LatestTable.Point;
import io.drme.model.Quality;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes the newest sample of each series out of a block. Confined to its owner, for its columns.
 */
final class BlockTail {
    private final SeriesColumns columns = new SeriesColumns();

    /** The newest samples of a block that was stored, which therefore can be read. */
    List<Offer> of(byte[] payload, int epochNumber) {
        try {
            var block = BlockReader.open(payload);
            var offers = new ArrayList<Offer>(block.series().size());
            for (int i = 0; i < block.series().size(); i++) {
                var series = block.series().get(i);
                block.decode(i, columns);
                int last = columns.size() - 1;
                if (last >= 0) {
                    offers.add(
                            new Offer(
                                    series.tag().text(),
                                    series.type(),
                                    epochNumber,
                                    columns.gatewayTimes()[last],
                                    since(last),
                                    point(last),
                                    lastGood(last)));
                }
            }
            return offers;
        } catch (BadBlockException e) {
            throw new IllegalStateException("a stored block can't be read: " + e.getMessage(), e);
        }
    }

    private Point point(int at) {
        return new Point(
                columns.sourceTimes()[at],
                columns.qualities()[at],
                columns.bits()[at],
                columns.text(at));
    }

    private long since(int last) {
        var newest = point(last);
        int at = last;
        while (at > 0 && newest.isLike(point(at - 1))) {
            at--;
        }
        return columns.sourceTimes()[at];
    }

    private @Nullable Point lastGood(int last) {
        for (int at = last; at >= 0; at--) {
            if (Quality.isGood(columns.qualities()[at])) {
                return point(at);
            }
        }
        return null;
    }
}
