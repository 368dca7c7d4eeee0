/**
 * Thousands of gateways in one process, each with the real sender: {@code drme-sim fleet}. Each
 * gateway belongs to one of a few event loops, which does everything that it does.
 */
@NullMarked
package io.drme.sim.fleet;

import org.jspecify.annotations.NullMarked;
