/** Tests of the OPC UA simulator. */
@NullMarked
package io.drme.sim.opcua;

import org.jspecify.annotations.NullMarked;
