package io.drme.simulation;

import static io.drme.simulation.BrokenInvariant.require;

import io.drme.cloud.store.DatabaseException;
import io.drme.edge.SteppedAgent;
import io.drme.model.StreamKind;
import io.drme.simulation.Book.Entry;
import io.drme.sync.RangeSet;
import io.drme.sync.ReceiverStore.StoreException;
import io.drme.sync.Sender;
import io.drme.sync.StreamId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What must have come true a while after everything was mended: what was accepted by then is at the
 * centre or closed with a reason, no stream has a hole, values are live, and queries give each
 * sample once and in order.
 */
final class EndCheck {
    /** The promise of the product: live, and all there, within a minute. */
    static final Duration WITHIN = Duration.ofSeconds(60);

    private final World world;
    private final Map<Box, Long> ordinals = new HashMap<>();

    EndCheck(World world) {
        this.world = world;
        for (var box : world.boxes) {
            ordinals.put(box, box.book.ordinal());
        }
    }

    void check() throws DatabaseException {
        for (var box : world.boxes) {
            var agent = box.agent();
            require(agent.isPresent(), "%s did not come up", box.name);
            check(box, agent.orElseThrow());
        }
        try {
            world.centre.checkDatabase();
        } catch (StoreException e) {
            throw new IllegalStateException("the centre's database failed for real", e);
        }
    }

    private void check(Box box, SteppedAgent agent) throws DatabaseException {
        require(
                agent.sender().phase() == Sender.Phase.SENDING,
                "%s is not back: %s",
                box.name,
                agent.sender());
        checkArrived(box);
        checkRanges(box, agent);
        var account = world.centre.account(box.book.gateway);
        require(account.balanced(), "%s does not balance: %s", box.name, account);
    }

    private void checkArrived(Box box) {
        long until = ordinals.getOrDefault(box, 0L);
        var model = world.centre.model();
        var gateway = box.book.gateway;
        box.book
                .samples()
                .forEach((id, entry) ->
                        require(
                                entry.ordinal > until
                                        || entry.excused != null
                                        || model.holdsSample(gateway, id)
                                        || model.isExplained(gateway, entry.places),
                                "lost: %s, %s",
                                box.name,
                                text(entry)));
        box.book
                .transitions()
                .forEach((key, entry) ->
                        require(
                                entry.ordinal > until
                                        || entry.excused != null
                                        || model.holdsTransition(gateway, key),
                                "lost: %s, transition %s",
                                box.name,
                                text(entry)));
    }

    private static String text(Entry entry) {
        return "%s accepted by %s, framed as %s, %s"
                .formatted(
                        entry.what,
                        entry.machine,
                        entry.places,
                        entry.arrivedOnce ? "arrived once" : "never arrived");
    }

    private void checkRanges(Box box, SteppedAgent agent) {
        var view = agent.view();
        for (var kind : List.of(StreamKind.EVENTS, StreamKind.DATA)) {
            var id = new StreamId(box.book.gateway, view.epoch(), kind);
            var ranges = world.centre.model().stream(id).ranges;
            long last = ranges.last().orElse(0);
            require(
                    last == 0 || ranges.equals(RangeSet.of(1, last)),
                    "a hole that nobody explains: %s has %s of %d",
                    id,
                    ranges,
                    view.last(kind));
        }
    }
}
