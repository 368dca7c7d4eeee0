package io.drme.model;

/** What of a tag leaves the site. */
public sealed interface SyncMode {
    /** Every accepted sample leaves. */
    record Raw() implements SyncMode {}

    /**
     * Min, max, avg and count of each window leave as derived samples; raw samples stay.
     *
     * @param windowNanos length of a window, more than zero
     */
    record Aggregate(long windowNanos) implements SyncMode {}

    /**
     * Nothing leaves: no sample, nor the value in alarm messages, live values or support bundles.
     */
    record Local() implements SyncMode {}

    /** The stream that raw samples of the tag go to. */
    default StreamKind stream() {
        return this instanceof Raw ? StreamKind.DATA : StreamKind.LOCAL;
    }
}
