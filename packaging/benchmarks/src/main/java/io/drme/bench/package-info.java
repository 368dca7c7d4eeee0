/**
 * Benchmarks against peers and floors, interleaved in one run; each checks its own result. {@code
 * ./drme bench} runs them. No test depends on a figure of theirs.
 */
@NullMarked
package io.drme.bench;

import org.jspecify.annotations.NullMarked;
