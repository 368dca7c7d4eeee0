package io.drme.simulation;

import static io.drme.simulation.BrokenInvariant.require;

import io.drme.log.Counters;
import io.drme.log.DropCause;
import io.drme.log.StoreView;
import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.simulation.Faults.Kind;
import io.drme.sync.ReceiverStore.Closure;
import io.drme.sync.StreamId;
import java.util.Map;
import java.util.Set;

/**
 * What was given up is named with its cause, to the sample, by gateway and centre alike; and it is
 * a cause that this world has.
 */
final class Reasons {
    /** What has to have happened for a cause; one that is not here can't come about in a world. */
    private static final Map<DropCause, Set<Kind>> FAULTS =
            Map.of(
                    DropCause.STORE_FULL, Set.of(Kind.DISK_FULL),
                    DropCause.DISK_FAILED, Set.of(Kind.DISK_FAILS, Kind.DISK_FULL),
                    DropCause.LOST_AT_CENTRE, Set.of(Kind.CENTRE_RESTORED));

    private final CentreModel model;
    private final Map<Kind, Integer> struck;

    Reasons(CentreModel model, Map<Kind, Integer> struck) {
        this.model = model;
        this.struck = struck;
    }

    /** Holds counters and closed ranges against what happened. */
    void check(Box box, StoreView view) {
        Counters counters = view.counters();
        counters.droppedInAll().keySet().forEach(cause -> checkCause(box, cause));
        var id = new StreamId(box.book.gateway, view.epoch(), StreamKind.DATA);
        var lost = model.stream(id).closures.values().stream().filter(Reasons::isLoss).toList();
        for (var closure : lost) {
            checkCause(box, cause(box, closure));
        }
        if (box.book.isForked() || model.stream(id).isClosedBesidesHeld) {
            return; // numbers of one life stand for other samples in another one
        }
        long named = lost.stream().mapToLong(Closure::samples).sum();
        long known = lost.stream().mapToLong(c -> samples(box.book, view.epoch(), c)).sum();
        require(
                named == known,
                "%s: %d samples are named as lost, it is %d: %s",
                box.name,
                named,
                known,
                lost);
        for (var cause : counters.dropped().entrySet()) {
            long closed =
                    lost.stream()
                            .filter(c -> c.cause().equals(cause.getKey().text()))
                            .mapToLong(Closure::samples)
                            .sum();
            require(
                    closed <= cause.getValue(),
                    "%s: %s counts %d samples, the centre was told of %d",
                    box.name,
                    cause.getKey(),
                    cause.getValue(),
                    closed);
        }
    }

    private static boolean isLoss(Closure closure) {
        return !closure.cause().equals(Closure.MOVED);
    }

    private static DropCause cause(Box box, Closure closure) {
        if (closure.cause().equals(Closure.EPOCH_ENDED)) {
            return DropCause.LOST_AT_CENTRE; // it is closed only where the centre lacks it
        }
        for (var cause : DropCause.values()) {
            if (cause.text().equals(closure.cause())) {
                return cause;
            }
        }
        throw new BrokenInvariant("%s: %s has no cause".formatted(box.name, closure));
    }

    private void checkCause(Box box, DropCause cause) {
        boolean isBySize = cause == DropCause.STORE_FULL && box.isSmall();
        require(
                isBySize
                        || FAULTS.getOrDefault(cause, Set.of()).stream()
                                .anyMatch(kind -> struck.getOrDefault(kind, 0) > 0),
                "%s: samples are lost by %s, which never happened here: %s",
                box.name,
                cause,
                struck);
    }

    /** How many samples the model knows under these numbers. */
    private static long samples(Book book, EpochId epoch, Closure closure) {
        return book.samples().values().stream()
                .filter(e -> e.places.stream().anyMatch(p -> isIn(p, epoch, closure)))
                .count();
    }

    private static boolean isIn(Place place, EpochId epoch, Closure closure) {
        return place.epoch().equals(epoch)
                && place.sequence() >= closure.from()
                && place.sequence() <= closure.to();
    }
}
