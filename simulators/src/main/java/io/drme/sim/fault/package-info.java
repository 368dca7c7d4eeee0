/** What a simulated device may do wrong, and until when. */
@NullMarked
package io.drme.sim.fault;

import org.jspecify.annotations.NullMarked;
