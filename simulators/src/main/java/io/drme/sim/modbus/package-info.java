/** A Modbus TCP server by hand over sockets, which knows nothing of our driver or its library. */
@NullMarked
package io.drme.sim.modbus;

import org.jspecify.annotations.NullMarked;
