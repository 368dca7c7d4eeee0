package io.drme.alarm;

import io.drme.config.Problems;
import io.drme.model.Batch;
import io.drme.model.TagTable;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * All alarms of a gateway, compiled against its tags: one for each entry of the file and each tag
 * that matches.
 *
 * <p>Does no I/O and reads no clock: time is the batches' gateway time and {@link #tick}. Confined
 * to the pipeline's owner thread. A sink is called during the call it was given to; what it gets
 * must be durable before anyone is told.
 *
 * <p><b>Bad quality.</b> A bad sample is neither a raise nor a clear: a raised alarm stays, a
 * running on-delay goes on, a running off-delay is called off. To be told of bad quality, use
 * {@code when: "quality == 'bad'"}.
 *
 * <p>On a reload: take a {@link #snapshot}, compile anew, {@link #restore}.
 */
public final class Alarms {
    /** The longest time an alarm may be shelved for: a shift pattern's week. */
    public static final Duration MAX_SHELVE = Duration.ofDays(7);

    private Alarms() {}

    /**
     * Compiles alarms against tags. What is wrong (no tag matches, types don't fit) is noted in
     * {@code problems}; the result then leaves out what is wrong, and must not run.
     *
     * @param gateway begins the id of each occurrence, so that they are unique in the fleet
     * @param table the tags of the devices and the derived ones
     */
    public static Alarms compile(
            List<AlarmConfig> configs, String gateway, TagTable table, Problems problems) {
        return new Alarms();
    }

    /** Looks at each sample; conditions without delay raise or clear at once. */
    public void process(Batch in, Consumer<Transition> sink) {}

    /**
     * Says that gateway time has reached {@code nowNanos}: delays and shelving end by ticks. Call
     * it at least once a second, also while batches flow.
     */
    public void tick(long nowNanos, Consumer<Transition> sink) {}

    /** A person has seen the alarm and takes care of it. */
    public Answer acknowledge(
            String id, String by, String comment, long atNanos, Consumer<Transition> sink) {
        return new Answer.NoSuchAlarm(id);
    }

    /**
     * Puts an alarm aside; it comes back by itself.
     *
     * @param time more than zero, at most {@link #MAX_SHELVE}
     * @param reason not blank
     */
    public Answer shelve(
            String id,
            String by,
            Duration time,
            String reason,
            long atNanos,
            Consumer<Transition> sink) {
        return new Answer.NoSuchAlarm(id);
    }

    /** Brings a shelved alarm back before its time. */
    public Answer unshelve(
            String id, String by, String comment, long atNanos, Consumer<Transition> sink) {
        return new Answer.NoSuchAlarm(id);
    }

    /** Ends a latched alarm. */
    public Answer reset(
            String id, String by, String comment, long atNanos, Consumer<Transition> sink) {
        return new Answer.NoSuchAlarm(id);
    }

    /** Adds words to an occurrence; its state stays. */
    public Answer comment(
            String id, String by, String comment, long atNanos, Consumer<Transition> sink) {
        return new Answer.NoSuchAlarm(id);
    }

    /** All occurrences that are not over, in no particular order. */
    public List<PresentAlarm> present() {
        return List.of();
    }

    /** How many alarms there are: entries times matching tags. */
    public int count() {
        return 0;
    }

    /** The state of all alarms, to go on from after a restart or reload. */
    public byte[] snapshot() {
        return new byte[0];
    }

    /**
     * Takes over a snapshot. An occurrence whose alarm or tag is no longer configured ends with a
     * transition to normal that says so; it is never just gone.
     *
     * @return false where the bytes are no snapshot of this release; nothing is taken over then
     */
    public boolean restore(byte[] snapshot, long atNanos, Consumer<Transition> sink) {
        return snapshot.length > 0;
    }

    /**
     * Takes over a recorded transition that is newer than the snapshot, in the order of the record:
     * after a kill -9 this is what brings the alarms to where everybody was told they are. A
     * transition already known, or of an alarm no longer configured, changes nothing.
     */
    public void replay(Transition transition) {}
}
