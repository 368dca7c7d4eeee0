/** {@code ./drme demo}: simulators, one agent and one cloud member, each its own process. */
@NullMarked
package io.drme.demo;

import org.jspecify.annotations.NullMarked;
