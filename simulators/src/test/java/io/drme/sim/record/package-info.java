/** Tests of the Modbus simulator. */
@NullMarked
package io.drme.sim.record;

import org.jspecify.annotations.NullMarked;
