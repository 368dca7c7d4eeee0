/** Stream engines that the benchmark {@code engine} puts beside ours. */
@NullMarked
package io.drme.bench.peer;

import org.jspecify.annotations.NullMarked;
