package io.drme.schema;

/**
 * The store took no samples for a while: it was full, or the disk failed for longer than memory
 * could bridge. What was refused never had a sequence, so there is no range to close.
 *
 * @param cause {@code store-full} or {@code disk-failed}
 * @param samples how many samples were refused
 * @param firstTime gateway time of the first poll that was refused, nanoseconds since 1970 UTC
 * @param lastTime gateway time of the last
 */
public record Refusal(String cause, long samples, long firstTime, long lastTime)
        implements Payload {

    void write(AvroWriter out) {
        out.putString(cause).putLong(samples).putLong(firstTime).putLong(lastTime);
    }

    static Refusal read(AvroReader in) throws BadEventException {
        return new Refusal(in.takeString(), in.takeLong(), in.takeLong(), in.takeLong());
    }
}
