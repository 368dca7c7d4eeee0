/** A simulated OPC UA server by Milo's server kit; shares nothing with the driver. */
@NullMarked
package io.drme.sim.opcua;

import org.jspecify.annotations.NullMarked;
