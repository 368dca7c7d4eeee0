/** Tests of the simulators. */
@NullMarked
package io.drme.sim;

import org.jspecify.annotations.NullMarked;
