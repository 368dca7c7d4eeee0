package io.drme.web;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts and logs gaps that nothing on record explains: a bug, which a person is to report. Safe
 * for use from any thread.
 */
public final class UnexplainedGaps {
    /** Tags told in the log, each once; the page asks again and again. */
    private static final int MAX_TOLD = 1_000;

    private static final Logger log = LoggerFactory.getLogger(UnexplainedGaps.class);

    private final String reason;
    private final LongAdder count;
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    /**
     * Counts into {@code drme_gaps_unexplained_total}.
     *
     * @param reason the word that such gaps have
     */
    public UnexplainedGaps(Metrics metrics, String reason) {
        this.reason = reason;
        this.count =
                metrics.counter(
                        "drme_gaps_unexplained_total",
                        "Gaps answered for which nothing is on record; more than 0 is a bug",
                        Map.of());
    }

    /** Looks through an answer. */
    public void note(String gateway, String tag, List<GapItem> items) {
        for (var item : items) {
            if (item.reason().equals(reason)) {
                count.increment();
                if (told.size() < MAX_TOLD && told.add(gateway + "/" + tag)) {
                    log.error(
                            "gap=unexplained gateway={} tag={} from={} to={}; please report it with a support bundle",
                            gateway,
                            tag,
                            Times.text(item.fromNanos()),
                            Times.text(item.toNanos()));
                }
            }
        }
    }
}
