package io.drme.schema;

/**
 * A configuration was applied, or refused.
 *
 * @param version version of the configuration, from 1
 * @param hash its hash in hexadecimal digits
 * @param by user or program that applied it
 * @param result {@code applied}, {@code rolled-back} or {@code refused}, with the reason behind a
 *     colon
 */
public record ConfigurationApplied(long version, String hash, String by, String result)
        implements Payload {

    void write(AvroWriter out) {
        out.putLong(version).putString(hash).putString(by).putString(result);
    }

    static ConfigurationApplied read(AvroReader in) throws BadEventException {
        return new ConfigurationApplied(
                in.takeLong(), in.takeString(), in.takeString(), in.takeString());
    }
}
