/** The whole system on one thread in virtual time: agents, lines and a centre under faults. */
@NullMarked
package io.drme.simulation;

import org.jspecify.annotations.NullMarked;
