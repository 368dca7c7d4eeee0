package io.drme.schema;

/**
 * The clock was synced for the first time, or stepped, and says how to read what was stamped
 * before.
 *
 * @param bootCount the start of the agent since which the stamps are meant
 * @param offsetNanos what to add to stamps before this event
 * @param uncertaintyNanos how far off the new time may be; negative where unknown
 * @param synced whether the clock is synced from here on
 */
public record ClockStep(long bootCount, long offsetNanos, long uncertaintyNanos, boolean synced)
        implements Payload {

    void write(AvroWriter out) {
        out.putLong(bootCount).putLong(offsetNanos).putLong(uncertaintyNanos).putBoolean(synced);
    }

    static ClockStep read(AvroReader in) throws BadEventException {
        return new ClockStep(in.takeLong(), in.takeLong(), in.takeLong(), in.takeBoolean());
    }
}
