package io.drme.cloud.store;

import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.sync.Message.Progress;
import io.drme.sync.Message.Refill;
import io.drme.sync.RangeSet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a gateway last said about one of its epochs: its counters, and how far its streams are.
 *
 * @param epochId row of the epoch; 0 where it is not stored yet
 * @param gatewayTimeNanos wall clock of the gateway
 * @param receivedNanos wall clock of the centre
 * @param refills spans that it is sending again
 */
public record Report(
        long epochId,
        EpochId epoch,
        long gatewayTimeNanos,
        long receivedNanos,
        SortedMap<String, Long> counters,
        List<Progress> progress,
        List<Refill> refills) {

    /**
     * A line a term: {@code c name value}, {@code p stream last pending ranges}, or {@code b
     * command items left}.
     */
    byte[] encode() {
        var text = new StringBuilder();
        counters.forEach((name, value) ->
                text.append("c ").append(name).append(' ').append(value).append('\n'));
        for (var p : progress) {
            text.append("p %d %d %d".formatted(p.stream().code(), p.last(), p.pendingItems()));
            for (var range : p.acknowledged().ranges()) {
                text.append(' ').append(range.from()).append('-').append(range.to());
            }
            text.append('\n');
        }
        for (var r : refills) {
            text.append("b %s %d %d%n".formatted(r.command(), r.items(), r.left()));
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    static Report decode(
            long epochId, EpochId epoch, long gatewayTime, long received, byte[] body) {
        var counters = new TreeMap<String, Long>();
        var progress = new ArrayList<Progress>();
        var refills = new ArrayList<Refill>();
        for (var line : new String(body, StandardCharsets.UTF_8).lines().toList()) {
            var words = line.split(" ", -1);
            if (words[0].equals("c")) {
                counters.put(words[1], Long.valueOf(words[2]));
            } else if (words[0].equals("b")) {
                refills.add(
                        new Refill(words[1], Long.parseLong(words[2]), Long.parseLong(words[3])));
            } else {
                progress.add(progress(words));
            }
        }
        return new Report(epochId, epoch, gatewayTime, received, counters, progress, refills);
    }

    private static Progress progress(String[] words) {
        var ranges = new ArrayList<RangeSet.Range>();
        for (int i = 4; i < words.length; i++) {
            int dash = words[i].indexOf('-');
            ranges.add(
                    new RangeSet.Range(
                            Long.parseLong(words[i].substring(0, dash)),
                            Long.parseLong(words[i].substring(dash + 1))));
        }
        return new Progress(
                StreamKind.ofCode(Integer.parseInt(words[1])),
                Long.parseLong(words[2]),
                Long.parseLong(words[3]),
                RangeSet.of(ranges));
    }
}
