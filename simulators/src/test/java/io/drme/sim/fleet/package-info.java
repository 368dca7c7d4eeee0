/** Tests of the fleet simulator. */
@NullMarked
package io.drme.sim.fleet;

import org.jspecify.annotations.NullMarked;
