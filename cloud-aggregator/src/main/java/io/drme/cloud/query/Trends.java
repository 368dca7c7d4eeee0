package io.drme.cloud.query;

import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.BlockStore.Gateway;
import io.drme.cloud.store.BlockStore.Span;
import io.drme.cloud.store.DatabaseException;
import io.drme.history.Gap;
import io.drme.history.RollUp;
import io.drme.history.RollUpFunction;
import io.drme.history.RollUpRow;
import io.drme.time.Clock;
import java.util.List;
import java.util.Set;

/** What one tag was over time: steps and gaps. Safe for use from any thread; may block. */
public final class Trends {
    private final BlockStore store;
    private final Fleet fleet;
    private final Clock clock;
    private final TagSteps steps;

    /** Answers from a store. */
    public Trends(BlockStore store, Fleet fleet, Clock clock) {
        this.store = store;
        this.fleet = fleet;
        this.clock = clock;
        this.steps = new TagSteps(store, clock);
    }

    /**
     * Rolls a tag up by steps.
     *
     * @throws RollUp.TooLargeException where there would be too many steps
     */
    public List<RollUpRow> rollUp(
            Gateway gateway, String tag, RollUp.Span span, Set<RollUpFunction> functions)
            throws DatabaseException {
        return steps.rollUp(gateway, tag, span, functions);
    }

    /** The gaps of a tag in a span, each with its reason. */
    public List<Gap> gaps(Gateway gateway, String tag, Span asked) throws DatabaseException {
        var line = CentreGaps.Line.of(fleet.view(gateway));
        return new CentreGaps(store, clock).list(gateway, line, tag, asked);
    }
}
