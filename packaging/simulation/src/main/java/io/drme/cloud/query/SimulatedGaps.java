package io.drme.cloud.query;

import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.BlockStore.Gateway;
import io.drme.cloud.store.DatabaseException;
import io.drme.history.Gap;
import io.drme.time.Clock;
import java.util.List;

/** The gaps as the centre's queries find them, without the grid. */
public final class SimulatedGaps {
    private SimulatedGaps() {}

    /**
     * The gaps of a tag.
     *
     * @param isFollowing whether all is here but for the last moments
     */
    public static List<Gap> of(
            BlockStore store,
            Clock clock,
            Gateway gateway,
            boolean isFollowing,
            String tag,
            BlockStore.Span span)
            throws DatabaseException {
        return new CentreGaps(store, clock)
                .list(gateway, new CentreGaps.Line(isFollowing, ""), tag, span);
    }
}
