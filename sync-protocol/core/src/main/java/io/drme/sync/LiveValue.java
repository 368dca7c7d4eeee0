package io.drme.sync;

import io.drme.model.TagName;
import io.drme.model.ValueType;

/**
 * The latest value of a tag on its way to a page.
 *
 * @param tag which; never one whose samples stay on site
 * @param type of its values
 * @param bits the value as the hot path carries it; 0 for a text or a bad reading
 * @param text the text where {@code type} is text, otherwise empty
 * @param quality packed, see {@link io.drme.model.Quality}
 * @param sourceTimeNanos when it was true, nanoseconds since 1970 UTC
 * @param gatewayTime hybrid logical clock stamp of the poll; a page keeps the greater one
 */
public record LiveValue(
        TagName tag,
        ValueType type,
        long bits,
        String text,
        byte quality,
        long sourceTimeNanos,
        long gatewayTime) {}
