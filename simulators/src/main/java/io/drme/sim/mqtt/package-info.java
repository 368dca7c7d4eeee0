/**
 * A simulated MQTT broker with publishers behind it, written without a library, so that it can also
 * misbehave on the wire.
 */
@NullMarked
package io.drme.sim.mqtt;

import org.jspecify.annotations.NullMarked;
