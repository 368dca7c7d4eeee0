package io.drme.driver;

import java.time.Duration;
import java.util.List;

/**
 * The tags of one device that are read together. A pushed driver has one group.
 *
 * @param interval from one poll to the next
 * @param tags indexes into the device's list of tags
 * @param tableIndexes for each of {@code tags}, the tag's index in the gateway's table; what
 *     batches carry
 */
public record PollGroup(Duration interval, List<Integer> tags, List<Integer> tableIndexes) {}
