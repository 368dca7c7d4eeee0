package io.drme.bench;

import java.util.Map;
import java.util.OptionalDouble;

/**
 * One figure of a benchmark beside its peers.
 *
 * @param name the case, for example {@code 1000-tags-1hz}
 * @param measure what was measured and its unit, for example {@code bytes/sample}
 * @param lowerIsBetter which way is better
 * @param ours our figure
 * @param peers the peers' figures by name; a peer that failed its check is absent
 * @param floor what no one can beat, by the probe of the same run
 * @param reach what we want to reach, in words with the figure
 * @param met whether we reached it
 * @param valid whether our result passed the benchmark's own check; if not, the row is void
 */
record Row(
        String name,
        String measure,
        boolean lowerIsBetter,
        double ours,
        Map<String, Double> peers,
        OptionalDouble floor,
        String reach,
        boolean met,
        boolean valid) {

    /** The best peer's figure. */
    OptionalDouble bestPeer() {
        var figures = peers.values().stream().mapToDouble(Double::doubleValue);
        return lowerIsBetter ? figures.min() : figures.max();
    }
}
