package io.drme.edge.notify;

/**
 * What the configuration says of a tag.
 *
 * @param unit may be empty
 * @param isLocal whether it never leaves the site
 */
public record TagFacts(String unit, boolean isLocal) {}
