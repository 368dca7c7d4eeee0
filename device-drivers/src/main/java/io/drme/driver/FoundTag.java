package io.drme.driver;

/**
 * A tag that a device told of and that its template makes.
 *
 * @param template whose tag it is
 * @param address the driver's text from which {@link DriverFactory#found} makes the tag again
 * @param tag ready to be read
 */
public record FoundTag(TagTemplate template, String address, TagSpec tag) {}
