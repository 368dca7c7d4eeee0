package io.drme.model;

/**
 * One measured or derived point of a gateway, as everything behind the drivers knows it.
 *
 * @param name unique on the gateway
 * @param type of its values, after scaling
 * @param unit UCUM code of the engineering unit, empty where there is none
 * @param deadband half-width of the band around the last value passed in which changes are dropped,
 *     in the engineering unit; 0 drops nothing, not even exact repeats; negative never occurs
 * @param sync what of it leaves the site
 */
public record Tag(TagName name, ValueType type, String unit, double deadband, SyncMode sync) {

    /** A tag without unit and deadband whose raw samples leave the site. */
    public static Tag of(String name, ValueType type) {
        return new Tag(new TagName(name), type, "", 0, new SyncMode.Raw());
    }
}
