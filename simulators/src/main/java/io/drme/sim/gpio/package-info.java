/** A simulated GPIO chip with a control port; the protocol stands in docs/sim-protocol.md. */
@NullMarked
package io.drme.sim.gpio;

import org.jspecify.annotations.NullMarked;
