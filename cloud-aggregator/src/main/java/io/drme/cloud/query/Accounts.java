package io.drme.cloud.query;

import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.Report;
import io.drme.model.StreamKind;
import io.drme.sync.SampleTerms;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Draws up accounts of samples. */
final class Accounts {
    private final BlockStore store;

    Accounts(BlockStore store) {
        this.store = store;
    }

    /**
     * The account of a gateway by its last report of each epoch.
     *
     * <p>What an epoch still had pending, or local, when the next one followed was framed anew
     * there and is counted there: the sums leave it out, so that nothing counts twice.
     */
    Account of(List<Report> reports, List<BlockStore.Epoch> known) throws DatabaseException {
        var sums = new TreeMap<String, Long>();
        var held = new BlockStore.Account(0, 0, 0);
        var epochs = new ArrayList<Account.Epoch>();
        boolean balanced = !reports.isEmpty();
        int newest = known.isEmpty() ? 0 : known.getLast().number();
        long superseded = 0;
        for (var report : reports) {
            var here = here(report);
            held = held.plus(here);
            var terms = new SampleTerms(report.counters());
            var sum = new SampleTerms.Held(here.stored(), here.quarantined(), here.expired());
            int number =
                    known.stream()
                            .filter(e -> e.id() == report.epochId())
                            .mapToInt(BlockStore.Epoch::number)
                            .findFirst()
                            .orElse(0);
            var equations = terms.equations(Optional.of(sum));
            balanced &= equations.stream().noneMatch(SampleTerms.Equation::fails);
            epochs.add(new Account.Epoch(number, number < newest, report, terms, sum, equations));
            report.counters().forEach((name, value) -> sums.merge(name, value, Long::sum));
            if (number < newest) {
                long moved = terms.term("pending") + terms.term("local");
                superseded += moved;
                sums.merge("read", -moved, Long::sum);
                sums.merge("accepted", -moved, Long::sum);
                sums.put("pending", 0L);
                sums.put("local", 0L);
            }
        }
        var terms = new SampleTerms(sums);
        return new Account(
                terms.term("read"),
                terms.term("derived"),
                terms.term("filtered"),
                terms.term("accepted"),
                terms.term("acknowledged"),
                terms.term("pending"),
                terms.term("local"),
                terms.refused(),
                terms.dropped(),
                held.stored(),
                held.quarantined(),
                held.expired(),
                !reports.isEmpty(),
                balanced,
                superseded,
                epochs);
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
}
