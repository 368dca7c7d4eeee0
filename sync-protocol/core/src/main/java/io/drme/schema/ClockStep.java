package io.drme.schema;

/**
 * The wall clock of the gateway stepped, or came to be synced or ceased to be, or is less certain
 * than was said; the first one of a life says how things are. It tells how to read what was
 * stamped: see {@code docs/time.md}.
 *
 * @param bootCount the start of the agent since which this holds
 * @param stamp hybrid logical clock stamp at which the wall clock shows {@code wallNanos}
 * @param wallNanos what it shows from here on, nanoseconds since 1970 UTC
 * @param offsetNanos by how much it stepped; 0 where it did not
 * @param uncertaintyNanos how far off it may be; negative where unknown
 * @param synced whether a time source is followed from here on
 */
public record ClockStep(
        long bootCount,
        long stamp,
        long wallNanos,
        long offsetNanos,
        long uncertaintyNanos,
        boolean synced)
        implements Payload {

    void write(AvroWriter out) {
        out.putLong(bootCount)
                .putLong(stamp)
                .putLong(wallNanos)
                .putLong(offsetNanos)
                .putLong(uncertaintyNanos)
                .putBoolean(synced);
    }

    static ClockStep read(AvroReader in) throws BadEventException {
        return new ClockStep(
                in.takeLong(),
                in.takeLong(),
                in.takeLong(),
                in.takeLong(),
                in.takeLong(),
                in.takeBoolean());
    }
}
