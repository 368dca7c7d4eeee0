/**
 * Device simulators, written without our drivers, so that a mistake is not mirrored: the scenario
 * file, values over time, the command line and the control API.
 */
@NullMarked
package io.drme.sim;

import org.jspecify.annotations.NullMarked;
