package io.drme.schema;

/**
 * The gateway asks less of a device, as its pipelines can't follow, or all of it again.
 *
 * @param device name in the configuration
 * @param factor so many times as seldom it is polled, or as wide are its deadbands where it tells
 *     by itself; 1 as configured
 * @param polled whether it is polled
 * @param why for a person; empty as configured
 */
public record PaceChange(String device, long factor, boolean polled, String why)
        implements Payload {

    void write(AvroWriter out) {
        out.putString(device).putLong(factor).putBoolean(polled).putString(why);
    }

    static PaceChange read(AvroReader in) throws BadEventException {
        return new PaceChange(in.takeString(), in.takeLong(), in.takeBoolean(), in.takeString());
    }
}
