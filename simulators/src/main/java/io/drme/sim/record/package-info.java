/**
 * What {@code drme-sim record} and {@code replay} have in common for all protocols: the file of a
 * recording (docs/recording.md), the commands, and the seam by which a protocol joins them.
 */
@NullMarked
package io.drme.sim.record;

import org.jspecify.annotations.NullMarked;
