package io.drme.simulation;

import static io.drme.simulation.BrokenInvariant.require;

import io.drme.cloud.query.RawHistory;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.TimedBlocks;
import io.drme.edge.SteppedAgent;
import io.drme.history.Gap;
import io.drme.history.Gaps;
import io.drme.log.StoreView;
import io.drme.model.StreamKind;
import io.drme.simulation.Book.Entry;
import io.drme.simulation.Faults.Kind;
import io.drme.simulation.Samples.Sample;
import io.drme.sync.RangeSet;
import io.drme.sync.ReceiverStore.StoreException;
import io.drme.sync.Sender;
import io.drme.sync.StreamId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What must have come true a while after everything was mended: what was accepted by then is at the
 * centre or closed with a reason, no stream has a hole, values are live, and queries give each
 * sample once and in order.
 */
final class EndCheck {
    /** The promise of the product: live, and all there, within a minute. */
    static final Duration WITHIN = Duration.ofSeconds(60);

    /** How fresh live values are where all is well; they go once a second. */
    private static final Duration LIVE = Duration.ofSeconds(5);

    /** A tag of each configuration that changes with each poll. */
    private static final String LIVELY = "press/serial";

    private static final BlockStore.Span ALWAYS =
            new BlockStore.Span(Long.MIN_VALUE, Long.MAX_VALUE);

    private final World world;
    private final Map<Box, Long> ordinals = new HashMap<>();
    private final long mendedAtNanos;

    /** Notes how things are now that all is mended. */
    EndCheck(World world) {
        this.world = world;
        this.mendedAtNanos = world.clock.nanoTime();
        for (var box : world.boxes) {
            ordinals.put(box, box.book.ordinal());
        }
    }

    /** When the centre saw a value of it last. */
    private long live(Box box) {
        return world.centre.live(box.book.gateway).getOrDefault(LIVELY, 0L);
    }

    void check() throws DatabaseException {
        for (var box : world.boxes) {
            var agent = box.agent();
            require(agent.isPresent(), "%s did not come up", box.name);
            check(box, agent.orElseThrow());
        }
        world.centre.model().checkAlarms(world.centre.acts());
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
        var view = agent.view();
        require(
                live(box) > mendedAtNanos + WITHIN.minus(LIVE).toNanos(),
                "%s is not live: the last value came %.1f s after all was mended",
                box.name,
                (live(box) - mendedAtNanos) / 1e9);
        checkArrived(box, view);
        checkRanges(box, view);
        new Reasons(world.centre.model(), world.struck()).check(box, view);
        checkHistory(box);
        checkGaps(box, agent);
        checkActs(box, agent);
        var account = world.centre.account(box.book.gateway);
        require(account.balanced(), "%s does not balance: %s", box.name, account);
    }

    /** What people did on either side during cuts shows alike on both. */
    private void checkActs(Box box, SteppedAgent agent) throws DatabaseException {
        if (box.book.isForked()) {
            return; // two machines stand for one gateway, and each has acts of its own
        }
        var gateway = box.book.gateway;
        var model = world.centre.model();
        Acts.checkEqual(
                box.name,
                agent.occurrences(),
                world.centre.alarms().stream()
                        .filter(row -> row.gateway().equals(gateway.text()))
                        .toList(),
                t -> model.holdsTransition(gateway, Ledger.key(t)));
        var waiting = world.centre.waiting(gateway);
        require(waiting.isEmpty(), "%s: no result has come of %s", box.name, waiting);
    }

    private void checkArrived(Box box, StoreView view) {
        var model = world.centre.model();
        var gateway = box.book.gateway;
        box.book
                .samples()
                .forEach((id, entry) -> {
                    if (isDue(box, entry) && !model.holdsSample(gateway, id)) {
                        require(
                                model.isExplained(gateway, StreamKind.DATA, entry.places),
                                "lost: %s, %s; its store: data %s of %d, %s",
                                box.ledger(),
                                text(entry),
                                view.held(StreamKind.DATA),
                                view.last(StreamKind.DATA),
                                view.counters());
                    }
                });
        box.book
                .transitions()
                .forEach((key, entry) -> {
                    if (isDue(box, entry) && !model.holdsTransition(gateway, key)) {
                        require(
                                model.isExplained(gateway, StreamKind.EVENTS, entry.places),
                                "lost: %s, transition %s",
                                box.name,
                                text(entry));
                    }
                });
    }

    /** What came after the mending has time still; what a person did away with has none. */
    private boolean isDue(Box box, Entry entry) {
        return entry.ordinal <= ordinals.getOrDefault(box, 0L) && entry.excused == null;
    }

    private static String text(Entry entry) {
        return "%s accepted by %s, framed as %s, %s"
                .formatted(
                        entry.what,
                        entry.machine,
                        entry.places,
                        entry.lostByRestore ? "lost by a restore of the centre" : "");
    }

    private void checkRanges(Box box, StoreView view) {
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

    /** Whatever happened, gateway and centre know a reason for each hole. */
    private void checkGaps(Box box, SteppedAgent agent) {
        if (box.book.isForked() || world.struck().containsKey(Kind.CENTRE_CLOCK)) {
            return; // two machines stand for one gateway, or nobody knows what now is
        }
        try {
            long to = box.clock.epochNanos();
            long from = to - Duration.ofNanos(mendedAtNanos).toNanos();
            for (var tag : List.of(LIVELY, "press/temperature")) {
                checkGaps(box, tag, agent.gaps(tag, from, to));
                checkGaps(box, tag, world.centre.gaps(box.book.gateway, true, tag, from, to));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (DatabaseException e) {
            throw new IllegalStateException("the centre's database failed for real", e);
        }
    }

    private static void checkGaps(Box box, String tag, List<Gap> gaps) {
        require(
                gaps.stream().noneMatch(g -> g.reason().equals(Gaps.UNEXPLAINED)),
                "%s: a hole in %s has no reason: %s",
                box.name,
                tag,
                gaps);
    }

    /** Both times of each sample by tag, as the clock's history corrects them. */
    private Map<String, List<String>> expected(Box box, long gatewayId) throws DatabaseException {
        var clock = new TimedBlocks(world.centre.blocks()).clock(gatewayId);
        var all = new TreeMap<String, List<String>>();
        for (var epoch : world.centre.blocks().epochs(gatewayId)) {
            world.centre
                    .model()
                    .history(box.book.gateway, List.of(epoch.epoch()))
                    .forEach((tag, samples) -> {
                        var list = all.computeIfAbsent(tag, _ -> new ArrayList<>());
                        for (Sample s : samples) {
                            list.add(
                                    clock.readable(epoch.id(), s.stamp())
                                            + " "
                                            + clock.sourceTime(
                                                    epoch.id(), s.stamp(), s.sourceTime()));
                        }
                    });
        }
        return all;
    }

    /** Queries give each sample once, in the gateway's order. */
    private void checkHistory(Box box) throws DatabaseException {
        var blocks = world.centre.blocks();
        var history = new RawHistory(blocks);
        for (var gateway : blocks.gateways()) {
            if (!gateway.name().equals(box.book.gateway.text())) {
                continue;
            }
            for (var tag : expected(box, gateway.id()).entrySet()) {
                var found = new ArrayList<String>();
                history.each(
                        gateway.id(),
                        tag.getKey(),
                        ALWAYS,
                        s -> found.add(s.gatewayTime() + " " + s.sourceTime()));
                var wanted = tag.getValue();
                require(
                        found.equals(wanted),
                        "%s: the history of %s is %s, not %s",
                        box.name,
                        tag.getKey(),
                        found,
                        wanted);
            }
        }
    }
}
