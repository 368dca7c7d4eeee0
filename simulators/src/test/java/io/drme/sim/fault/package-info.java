/** Tests of what devices do wrong. */
@NullMarked
package io.drme.sim.fault;

import org.jspecify.annotations.NullMarked;
