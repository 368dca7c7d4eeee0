package io.drme.cloud.grid;

import io.drme.block.BadBlockException;
import io.drme.block.BlockReader;
import io.drme.block.SeriesColumns;
import io.drme.cloud.grid.LatestTable.Offer;
import io.drme.cloud.grid.LatestTable.Point;
import io.drme.history.ClockLine;
import io.drme.model.Quality;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Takes the newest sample of each series out of a block. Confined to its owner, for its columns.
 */
final class BlockTail {
    private final SeriesColumns columns = new SeriesColumns();

    /**
     * The newest samples of a block that was stored, which therefore can be read; of series of
     * which a table knows newer ones nothing. So a backlog costs little here.
     */
    List<Offer> of(byte[] payload, int epochNumber, ClockLine clock, LatestTable known) {
        try {
            var block = BlockReader.openColumns(payload);
            var newest = newestStamps(block);
            var offers = new ArrayList<Offer>();
            for (int i = 0; i < block.seriesCount(); i++) {
                var tag = block.tag(i).text();
                if (!known.isOpenTo(
                        tag, epochNumber, newest[block.groupOf(i)], block.header().lastTime())) {
                    continue;
                }
                block.decode(i, columns);
                clock.correct(epochNumber, columns);
                int last = columns.size() - 1;
                if (last >= 0) {
                    offers.add(
                            new Offer(
                                    tag,
                                    block.type(i),
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

    private static long[] newestStamps(BlockReader block) throws BadBlockException {
        var newest = new long[block.groups()];
        for (int group = 0; group < newest.length; group++) {
            var ticks = block.ticks(group);
            newest[group] = LongStream.of(ticks.gatewayTimes()).limit(ticks.size()).max().orElse(0);
        }
        return newest;
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
