/**
 * A Modbus server by hand, over TCP and serial lines, which knows nothing of our driver or its
 * libraries.
 */
@NullMarked
package io.drme.sim.modbus;

import org.jspecify.annotations.NullMarked;
