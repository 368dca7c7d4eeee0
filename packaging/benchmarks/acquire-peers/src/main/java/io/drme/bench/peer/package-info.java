/**
 * What {@code ./drme bench acquire} is compared with: each a process of its own that reads the same
 * devices and only counts what it got, written as its own documents show it.
 */
@NullMarked
package io.drme.bench.peer;

import org.jspecify.annotations.NullMarked;
