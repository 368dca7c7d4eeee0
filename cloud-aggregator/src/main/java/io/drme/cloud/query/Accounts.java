package io.drme.cloud.query;

import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.Report;
import io.drme.model.StreamKind;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Draws up accounts of samples. */
final class Accounts {
    private static final String REFUSED = "refused.";
    private static final String DROPPED = "dropped.";

    private final BlockStore store;

    Accounts(BlockStore store) {
        this.store = store;
    }

    /** The account of a gateway by its last report of each epoch. */
    Account of(List<Report> reports) throws DatabaseException {
        var sums = new TreeMap<String, Long>();
        var held = new BlockStore.Account(0, 0, 0);
        boolean balanced = !reports.isEmpty();
        for (var report : reports) {
            var here = here(report);
            held = held.plus(here);
            balanced &= isBalanced(report.counters(), here);
            report.counters().forEach((name, value) -> sums.merge(name, value, Long::sum));
        }
        return new Account(
                term(sums, "read"),
                term(sums, "derived"),
                term(sums, "filtered"),
                term(sums, "accepted"),
                term(sums, "acknowledged"),
                term(sums, "pending"),
                term(sums, "local"),
                byReason(sums, REFUSED),
                byReason(sums, DROPPED),
                held.stored(),
                held.quarantined(),
                held.expired(),
                !reports.isEmpty(),
                balanced);
    }

    /** What the centre holds of the items that the gateway counted as acknowledged. */
    private BlockStore.Account here(Report report) throws DatabaseException {
        var sum = new BlockStore.Account(0, 0, 0);
        for (var progress : report.progress()) {
            if (progress.stream() == StreamKind.DATA) {
                sum =
                        sum.plus(
                                store.account(
                                        report.epochId(),
                                        StreamKind.DATA,
                                        progress.acknowledged()));
            }
        }
        return sum;
    }

    private static boolean isBalanced(Map<String, Long> c, BlockStore.Account here) {
        long refused = sum(byReason(c, REFUSED));
        long dropped = sum(byReason(c, DROPPED));
        return term(c, "read") + term(c, "derived")
                        == term(c, "filtered") + term(c, "accepted") + refused
                && term(c, "accepted")
                        == term(c, "acknowledged") + term(c, "pending") + term(c, "local") + dropped
                && term(c, "acknowledged") == here.stored() + here.quarantined() + here.expired();
    }

    private static long term(Map<String, Long> counters, String name) {
        return counters.getOrDefault(name, 0L);
    }

    private static long sum(Map<String, Long> byReason) {
        return byReason.values().stream().mapToLong(Long::longValue).sum();
    }

    private static SortedMap<String, Long> byReason(Map<String, Long> counters, String prefix) {
        var found = new TreeMap<String, Long>();
        counters.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                found.put(name.substring(prefix.length()), value);
            }
        });
        return found;
    }
}
