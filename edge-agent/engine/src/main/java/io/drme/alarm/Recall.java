package io.drme.alarm;

import io.drme.model.Batch;
import io.drme.time.Hlc;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Brings alarms to where the record ends: delays by the samples, states by the transitions. What a
 * sample led to is on record beside it, so nothing comes of it here; a delay that is over without a
 * recorded transition stays so, and the next tick of the running gateway makes it.
 *
 * <p>Confined to the pipeline's owner thread.
 */
public final class Recall {
    private final Alarms alarms;
    private final Deque<Transition> recorded;

    /**
     * Begins.
     *
     * @param alarms where a snapshot left them, or just compiled
     * @param recorded transitions that are newer than that, in the order of the record
     */
    public Recall(Alarms alarms, List<Transition> recorded) {
        this.alarms = alarms;
        this.recorded = new ArrayDeque<>(recorded);
    }

    /** The samples of one stamp, those of devices or derived ones, by {@link Alarms}' table. */
    public void read(Batch in) {
        long now = Hlc.epochNanos(in.gatewayTime());
        takeBefore(now);
        alarms.follow(now);
        long elapsed = alarms.elapsed();
        alarms.suppressors().begin(in, elapsed);
        alarms.comparers().refer(in);
        for (int i = 0; i < in.size(); i++) {
            for (var watch : alarms.watchesOf(in.tags()[i])) {
                if (watch.look(in, i, elapsed)) {
                    turned(watch, now);
                }
            }
        }
        for (var watch : alarms.comparers().asked(in)) {
            if (watch.lookBeside(elapsed)) {
                turned(watch, now);
            }
        }
        alarms.suppressors().asked(in).forEach(watch -> watch.endSuppression(elapsed));
    }

    private void turned(Watch watch, long now) {
        takeOf(watch, now);
        turnUnsaid(watch, now);
    }

    /** Says that gateway time has reached {@code nowNanos}. */
    public void tick(long nowNanos) {
        takeBefore(nowNanos);
        alarms.follow(nowNanos);
        for (var watch : alarms.watches()) {
            watch.endSuppression(alarms.elapsed());
            if (watch.lookAgain(alarms.elapsed())) {
                turnUnsaid(watch, nowNanos);
            }
        }
    }

    /** Takes over what is left of the record. */
    public void end() {
        takeBefore(Long.MAX_VALUE);
    }

    private void takeBefore(long nanos) {
        while (!recorded.isEmpty() && recorded.getFirst().atNanos() < nanos) {
            alarms.replay(recorded.removeFirst(), true);
        }
    }

    /** Takes over what was recorded of an alarm at that time: this sample led to it. */
    private void takeOf(Watch watch, long now) {
        boolean before = watch.isPresent();
        var left = recorded.iterator();
        while (left.hasNext() && watch.isPresent() == before) {
            var next = left.next();
            if (next.atNanos() > now) {
                return;
            }
            if (watch.key().equals(Watch.key(next))) {
                left.remove();
                alarms.replay(next, true);
            }
        }
    }

    /** Where the state has no transition for it, as of a shelved alarm, none is on record. */
    private void turnUnsaid(Watch watch, long now) {
        var input =
                watch.isPresent()
                        ? Input.CLEAR
                        : watch.isSuppressed() ? Input.RAISE_SUPPRESSED : Input.RAISE;
        if (watch.isDue(alarms.elapsed()) && watch.next(input).isEmpty()) {
            watch.turn(now);
        }
    }

    /** The longest time that an alarm looks at: so much of the log says what is pending. */
    public static Duration looksBack(Alarms alarms) {
        long longest = 0;
        for (var watch : alarms.watches()) {
            longest = Math.max(longest, watch.looksBackNanos());
        }
        return Duration.ofNanos(longest);
    }
}
