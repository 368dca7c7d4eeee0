/**
 * What history answers from stored samples: roll-ups by step, and the gaps of a series with their
 * reasons. Used by the gateway and, unchanged, by the centre.
 */
@NullMarked
package io.drme.history;

import org.jspecify.annotations.NullMarked;
