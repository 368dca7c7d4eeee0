/**
 * The block format: many samples of many tags of one stream, sealed together, numbered, chained by
 * hash and immutable; and the frames in which the journal keeps samples until they are sealed.
 *
 * <p>{@code docs/block.md} specifies the bytes.
 */
@NullMarked
package io.drme.block;

import org.jspecify.annotations.NullMarked;
