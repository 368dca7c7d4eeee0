package io.drme.block;

import io.drme.model.TagName;
import io.drme.model.ValueType;

/**
 * One series of a block's directory: the samples of one tag, of one type, read in one poll group.
 *
 * @param tag which tag; it has several series in a block where its type or poll group changed
 * @param type of its values
 * @param group index of its poll group in the block, for {@link BlockReader#ticks}
 * @param stats counts, times and numbers
 */
public record BlockSeries(TagName tag, ValueType type, int group, SeriesStats stats) {}
