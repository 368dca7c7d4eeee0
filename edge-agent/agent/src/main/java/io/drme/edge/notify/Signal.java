package io.drme.edge.notify;

import io.drme.alarm.AlarmState;
import io.drme.alarm.Priority;
import io.drme.edge.notify.NotificationConfig.Output;
import io.drme.edge.recording.AlarmBook.Occurrence;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A horn or lamp: what it shows follows from which alarms stand now, so there is nothing to deliver
 * or to lose. A state machine without time or device of its own.
 *
 * <p>A horn locks in: an alarm that came and went while nobody looked sounds until a person
 * acknowledges or silences it. Silencing holds for what sounds now: the next alarm sounds again,
 * and so does the same one where it is raised anew after it returned, or becomes more urgent.
 *
 * <p>Confined to the notifications' thread. Times are of the steady clock.
 */
final class Signal {
    /** A slow blink, as signal lamps have it. */
    static final Duration BLINK = Duration.ofMillis(500);

    /** What is on is set again, for a device that came back without its outputs. */
    static final Duration AGAIN = Duration.ofSeconds(10);

    /** At a start the device comes a moment later than we do: nothing to tell. */
    static final Duration TOLD_AFTER = Duration.ofSeconds(5);

    /** After an output did not follow. */
    static final Duration RETRY = Duration.ofSeconds(1);

    private NotificationConfig config;
    private Output output;
    private final Map<String, Silence> silenced = new HashMap<>();
    private Map<String, Silence> sounding = Map.of();
    private boolean leaving;
    private @Nullable Boolean shown;
    private boolean wanted;
    private boolean inFlight;
    private boolean begun;
    private long setAt;
    private long retryAt;
    private long failures;
    private long failingSince;
    private boolean told;
    private String lastError = "";

    /**
     * Where an occurrence stood when it was silenced.
     *
     * @param raisedAtNanos when it was raised last
     */
    private record Silence(long raisedAtNanos, Priority priority) {
        static Silence of(Occurrence occurrence) {
            long raised = occurrence.raised().atNanos();
            for (var step : occurrence.steps()) {
                if (step.from() != step.to() && step.to() == AlarmState.UNACKNOWLEDGED) {
                    raised = Math.max(raised, step.atNanos());
                }
            }
            return new Silence(raised, occurrence.last().priority());
        }

        boolean holdsFor(Silence now) {
            return now.raisedAtNanos <= raisedAtNanos && now.priority.compareTo(priority) <= 0;
        }
    }

    /**
     * Knows nothing of the output yet.
     *
     * @param silenced what {@link #silenced} gave
     */
    Signal(NotificationConfig config, Output output, List<String> silenced) {
        this.config = config;
        this.output = output;
        for (var text : silenced) {
            var parts = text.split(" ", -1);
            if (parts.length == 3) {
                this.silenced.put(
                        parts[0],
                        new Silence(Long.parseLong(parts[1]), Priority.valueOf(parts[2])));
            }
        }
    }

    /** Follows a reload that leaves it its tag. */
    void configure(NotificationConfig now, Output to) {
        config = now;
        output = to;
    }

    /** It is no longer configured: its output is to be off. */
    void leave() {
        leaving = true;
        shown = null;
    }

    /** Whether the output was set off, and nothing is under way. */
    boolean isOff() {
        return !inFlight && Boolean.FALSE.equals(shown);
    }

    /** Whether something that it began is under way. */
    boolean isInFlight() {
        return inFlight;
    }

    NotificationConfig config() {
        return config;
    }

    Output output() {
        return output;
    }

    /** What the output is to be set to now, if anything. */
    Optional<Boolean> due(List<Occurrence> alarms, long now) {
        look(alarms, now);
        if (inFlight || (!lastError.isEmpty() && now - retryAt < 0)) {
            return Optional.empty();
        }
        boolean again = wanted && begun && now - setAt >= AGAIN.toNanos();
        return shown == null || shown != wanted || again ? Optional.of(wanted) : Optional.empty();
    }

    private void look(List<Occurrence> alarms, long now) {
        if (leaving) {
            wanted = false;
            return;
        }
        var waiting = new HashMap<String, Silence>();
        boolean stands = false;
        for (var occurrence : alarms) {
            var last = occurrence.last();
            // An output is on the site, so what is local may show there.
            if (!config.filter().concerns(last.priority(), last.tag(), false)) {
                continue;
            }
            if (last.to() == AlarmState.UNACKNOWLEDGED || last.to() == AlarmState.RETURNED) {
                waiting.put(last.id(), Silence.of(occurrence));
            }
            stands |= last.to() == AlarmState.ACKNOWLEDGED || last.to() == AlarmState.LATCHED;
        }
        silenced.entrySet()
                .removeIf(s -> {
                    var stood = waiting.get(s.getKey());
                    return stood == null || !s.getValue().holdsFor(stood);
                });
        sounding = waiting;
        wanted =
                switch (output.mode()) {
                    case HORN -> !silenced.keySet().containsAll(waiting.keySet());
                    case LAMP ->
                            waiting.isEmpty()
                                    ? stands
                                    : Math.floorMod(now / BLINK.toNanos(), 2) == 0;
                    case STEADY_LAMP -> stands || !waiting.isEmpty();
                };
    }

    /** It is under way. */
    void begun() {
        inFlight = true;
    }

    /**
     * What became of it.
     *
     * @return whether there is something to tell: it has not worked for a while, or does again
     */
    boolean take(boolean on, Outcome outcome, long now) {
        inFlight = false;
        boolean before = told;
        switch (outcome) {
            case Outcome.Sent _ -> {
                shown = on;
                begun = true;
                setAt = now;
                lastError = "";
                told = false;
            }
            case Outcome.Failed f -> failed(f.why(), now);
            case Outcome.Refused r -> failed(r.why(), now);
        }
        return before != told;
    }

    private void failed(String why, long now) {
        failures++;
        failingSince = lastError.isEmpty() ? now : failingSince;
        told = now - failingSince >= TOLD_AFTER.toNanos();
        lastError = why.isEmpty() ? "failed" : why;
        retryAt = now + RETRY.toNanos();
        shown = null; // where it stands is not known
    }

    /** Somebody else set the output: it is set anew. */
    void forget() {
        shown = null;
    }

    /** What sounds now falls silent; gives how many alarms that were. */
    int silence() {
        int before = silenced.size();
        silenced.putAll(sounding);
        return silenced.size() - before;
    }

    /** What was silenced and would sound otherwise, to go on from after a restart. */
    List<String> silenced() {
        return silenced.entrySet().stream()
                .map(s ->
                        "%s %d %s"
                                .formatted(
                                        s.getKey(),
                                        s.getValue().raisedAtNanos(),
                                        s.getValue().priority().name()))
                .sorted()
                .toList();
    }

    /** In a word, for people: on, off, or unknown. */
    String shows() {
        return shown == null ? "unknown" : shown ? "on" : "off";
    }

    long failures() {
        return failures;
    }

    String lastError() {
        return lastError;
    }
}
