package io.drme.alarm;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Alarms out of service, as ISA-18.2 has it: one for itself until a person puts it back, or all of
 * a device while it is maintained. Each of them is told of by a transition, whether it was raised
 * or not. Confined to the owner of its {@link Alarms}.
 */
public final class Service {
    /** The longest maintenance of a device; whoever needs more begins it again. */
    public static final Duration MAX_MAINTENANCE = Duration.ofDays(30);

    private final Alarms alarms;

    Service(Alarms alarms) {
        this.alarms = alarms;
    }

    /** Puts an alarm back into service before its time, or where it has none. */
    public Answer returnToService(
            String id, String by, String comment, long atNanos, Consumer<Transition> sink) {
        return alarms.back(id, AlarmState.OUT_OF_SERVICE, by, comment, atNanos, sink);
    }

    /**
     * Takes an alarm out of service until a person puts it back, whether it is raised or not.
     *
     * @param name of the alarm in the file
     * @param tag which of its tags
     * @param reason not blank
     */
    public Answer takeOutOfService(
            String name,
            String tag,
            String by,
            String reason,
            long atNanos,
            Consumer<Transition> sink) {
        for (var watch : alarms.watches()) {
            if (watch.isOf(name, tag)) {
                return takeOut(watch, by, reason, 0, atNanos, sink);
            }
        }
        return new Answer.NoSuchAlarm(name + " of " + tag);
    }

    /**
     * Takes all alarms of a device out of service for a time: those on tags whose name begins with
     * it. One that a person took out for itself stays out for longer than that; given again, a
     * maintenance ends at the new time.
     *
     * @param time more than zero, at most {@link #MAX_MAINTENANCE}
     * @param reason not blank
     */
    public Answer beginMaintenance(
            String device,
            String by,
            Duration time,
            String reason,
            long atNanos,
            Consumer<Transition> sink) {
        if (time.isNegative() || time.isZero() || time.compareTo(MAX_MAINTENANCE) > 0) {
            return new Answer.Refused("the time must be more than 0 and at most 30 days");
        }
        Answer answer = new Answer.NoSuchAlarm("of device " + device);
        for (var watch : alarms.watches()) {
            if (watch.device().equals(device)) {
                var of = takeOut(watch, by, reason, atNanos + time.toNanos(), atNanos, sink);
                answer = answer instanceof Answer.Done ? answer : of;
            }
        }
        return answer;
    }

    /** Ends a maintenance before its time. */
    public Answer endMaintenance(
            String device, String by, String comment, long atNanos, Consumer<Transition> sink) {
        Answer answer = new Answer.AlreadySo("no alarm of it is out of service for a time");
        for (var watch : alarms.watches()) {
            if (watch.device().equals(device)
                    && watch.state() == AlarmState.OUT_OF_SERVICE
                    && watch.hiddenUntil() != 0) {
                answer = alarms.command(watch, Alarms.back(watch), atNanos, by, comment, sink);
            }
        }
        return answer;
    }

    private Answer takeOut(
            Watch watch,
            String by,
            String reason,
            long until,
            long atNanos,
            Consumer<Transition> sink) {
        if (reason.isBlank() || reason.length() > Alarms.MAX_COMMENT_LENGTH) {
            return new Answer.Refused(
                    "a reason is needed, for those who come after you; at most %d characters"
                            .formatted(Alarms.MAX_COMMENT_LENGTH));
        }
        if (watch.state() == AlarmState.OUT_OF_SERVICE) {
            if (watch.hiddenUntil() == 0 || until == 0) {
                return new Answer.AlreadySo("out of service already; return it to service first");
            }
            watch.hiddenUntil(until);
            alarms.teller().tell(watch, watch.enter(watch.state(), atNanos, by, reason), sink);
            return new Answer.Done();
        }
        watch.hiddenUntil(until);
        return alarms.command(watch, Input.TAKE_OUT, atNanos, by, reason, sink);
    }
}
