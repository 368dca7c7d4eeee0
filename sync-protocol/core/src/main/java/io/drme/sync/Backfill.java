package io.drme.sync;

import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a command {@code backfill} asks for: the items of a span of time, again.
 *
 * @param epoch whose numbers {@code lacking} has; a gateway in another one refuses
 * @param fromNanos source time, inclusive, nanoseconds since 1970 UTC
 * @param toNanos exclusive
 * @param again whether also what the centre holds is wanted, as after damage or quarantine
 * @param lacking by stream, what the centre does not hold; a stream that is not named lacks nothing
 */
public record Backfill(
        EpochId epoch,
        long fromNanos,
        long toNanos,
        boolean again,
        Map<StreamKind, RangeSet> lacking) {
    /** The command's verb. */
    public static final String VERB = "backfill";

    private static final String LACKING = "lacking.";

    /** Takes an immutable copy. */
    public Backfill {
        lacking = Map.copyOf(lacking);
    }

    /** As arguments of a command. Ranges that are too many for one are cut to the newest. */
    public Map<String, String> arguments() {
        var arguments = new TreeMap<String, String>();
        arguments.put("epoch", epoch.toString());
        arguments.put("from", Long.toString(fromNanos));
        arguments.put("to", Long.toString(toNanos));
        arguments.put("again", Boolean.toString(again));
        lacking.forEach((stream, ranges) -> {
            int count = ranges.rangeCount();
            var text = ranges.toString();
            while (text.length() > Limits.MAX_TEXT_BYTES) {
                count /= 2;
                text = ranges.newest(count).toString();
            }
            arguments.put(LACKING + stream.text(), text);
        });
        return arguments;
    }

    /** Reads what {@link #arguments} gave; nothing where they ask for something else. */
    public static Optional<Backfill> of(Message.Command command) {
        var a = command.arguments();
        try {
            var lacking = new TreeMap<StreamKind, RangeSet>();
            for (var stream : StreamKind.values()) {
                var ranges = a.get(LACKING + stream.text());
                if (ranges != null) {
                    lacking.put(stream, RangeSet.parse(ranges));
                }
            }
            return command.verb().equals(VERB)
                    ? Optional.of(
                            new Backfill(
                                    EpochId.parse(a.getOrDefault("epoch", "")),
                                    Long.parseLong(a.getOrDefault("from", "")),
                                    Long.parseLong(a.getOrDefault("to", "")),
                                    Boolean.parseBoolean(a.get("again")),
                                    lacking))
                    : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    static boolean isAgain(Message.Command command) {
        return of(command).filter(Backfill::again).isPresent();
    }
}
