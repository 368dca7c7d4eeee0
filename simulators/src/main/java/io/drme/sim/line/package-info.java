/** A line between programs that can be cut, slowed and narrowed. */
@NullMarked
package io.drme.sim.line;

import org.jspecify.annotations.NullMarked;
