/**
 * Pipelines over batches of samples: expressions, operators, windows. No I/O, no clock, no threads:
 * time comes in with batches and ticks, so the same inputs always give the same outputs.
 */
@NullMarked
package io.drme.stream;

import org.jspecify.annotations.NullMarked;
