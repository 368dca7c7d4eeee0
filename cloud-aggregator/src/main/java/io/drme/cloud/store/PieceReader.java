package io.drme.cloud.store;

import io.drme.block.BadBlockException;
import io.drme.block.BlockReader;
import io.drme.block.SeriesColumns;
import io.drme.cloud.store.SeriesPieces.Fresh;
import io.drme.cloud.store.SeriesPieces.Part;
import io.drme.cloud.store.SeriesPieces.Piece;
import io.drme.cloud.store.SeriesPieces.RolledUp;
import io.drme.history.ClockLine;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the samples of pieces, their times as the clock's history corrects them. Keeps the block
 * opened last, as neighbouring questions are about the same. Confined to its owner; may block.
 */
public final class PieceReader {
    private final BlockStore store;
    private final ClockLine clock;
    private final SeriesColumns columns = new SeriesColumns();
    private String openName = "";
    private @Nullable BlockReader open;

    /** Reads from a store, by that history of the clock. */
    public PieceReader(BlockStore store, ClockLine clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * The samples of a piece in order of arrival, until the next call; none where its block is not
     * there.
     *
     * @throws DatabaseException also where a segment was removed, or a block replaced by another,
     *     since it was looked up
     */
    public SeriesColumns read(Piece piece) throws DatabaseException {
        int ordinal =
                switch (piece) {
                    case Fresh fresh -> fresh.row().ordinal();
                    case Part part -> part.ordinal();
                    case RolledUp _ ->
                            throw new IllegalArgumentException("a roll-up has no samples");
                };
        var block = block(piece);
        if (block == null) {
            return new SeriesColumns();
        }
        if (piece instanceof Fresh fresh && !isIn(block, fresh)) {
            throw askAgain();
        }
        try {
            block.decode(ordinal, columns);
        } catch (BadBlockException e) {
            throw broken(e);
        }
        clock.correct(piece.epochId(), columns);
        return columns;
    }

    /** What pipelines of the centre make again stands under the number of what was before. */
    private static boolean isIn(BlockReader block, Fresh piece) {
        int ordinal = piece.row().ordinal();
        return ordinal < block.seriesCount()
                && block.tag(ordinal).text().equals(piece.tag())
                && block.type(ordinal) == piece.type();
    }

    private static DatabaseException askAgain() {
        return new DatabaseException(
                "the samples were put together anew while they were read; ask again");
    }

    private static IllegalStateException broken(BadBlockException e) {
        return new IllegalStateException("a stored block can't be read: " + e.getMessage(), e);
    }

    private @Nullable BlockReader block(Piece piece) throws DatabaseException {
        var name =
                switch (piece) {
                    case Part part -> "part " + part.partId();
                    case Fresh(_, var row, _) -> row.epochId() + " " + row.sequence();
                    case RolledUp _ -> "";
                };
        if (!name.equals(openName)) {
            openName = "";
            open = opened(piece);
            openName = name;
        }
        return open;
    }

    private @Nullable BlockReader opened(Piece piece) throws DatabaseException {
        var payload =
                piece instanceof Part part
                        ? part(part.partId())
                        : store.block(piece.epochId(), ((Fresh) piece).row().sequence())
                                .orElse(null);
        if (payload == null) {
            return null;
        }
        try {
            return BlockReader.openColumns(payload);
        } catch (BadBlockException e) {
            throw broken(e);
        }
    }

    private byte[] part(long id) throws DatabaseException {
        var found =
                store.list("select payload from segment_part where id = ?", r -> r.getBytes(1), id);
        if (found.isEmpty()) {
            throw askAgain();
        }
        return found.getFirst();
    }

    /**
     * Pieces that overlap in stamps, one list each: their samples have to be put in order together.
     */
    public static List<List<Piece>> overlapping(List<? extends Piece> pieces) {
        var all = new ArrayList<List<Piece>>();
        var together = new ArrayList<Piece>();
        long epoch = 0;
        long last = Long.MIN_VALUE;
        for (var piece : pieces) {
            boolean isBehind = piece.epochId() != epoch || piece.place() > last;
            if (isBehind && !together.isEmpty()) {
                all.add(List.copyOf(together));
                together.clear();
                last = Long.MIN_VALUE;
            }
            together.add(piece);
            epoch = piece.epochId();
            last = Math.max(last, Math.max(piece.place(), piece.lastStamp()));
        }
        if (!together.isEmpty()) {
            all.add(List.copyOf(together));
        }
        return all;
    }
}
