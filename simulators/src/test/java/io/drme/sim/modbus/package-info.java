/** Tests of the Modbus simulator. */
@NullMarked
package io.drme.sim.modbus;

import org.jspecify.annotations.NullMarked;
