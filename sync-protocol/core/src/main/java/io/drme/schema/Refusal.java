package io.drme.schema;

/**
 * The store took no samples for a while: it was full, or the disk failed for longer than memory
 * could bridge; or what it took was damaged before it was in a block. That never had a sequence, so
 * there is no range to close.
 *
 * @param cause {@code store-full}, {@code disk-failed} or {@code damaged}
 * @param samples how many samples are not there
 * @param firstTime gateway time of the first poll that was refused, or the last before damage,
 *     nanoseconds since 1970 UTC
 * @param lastTime gateway time of the last, or the first behind
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
