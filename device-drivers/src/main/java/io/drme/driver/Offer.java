package io.drme.driver;

import java.util.Map;

/**
 * One thing that a device offers to be read, as a tag ready to be taken.
 *
 * @param name a path of a tag
 * @param keys the tag's keys, {@code address} first, such as in gateway.yaml
 * @param value what it holds now, or why that is not known
 * @param note what a person has to know; empty where there is nothing
 */
public record Offer(String name, Map<String, String> keys, String value, String note) {}
