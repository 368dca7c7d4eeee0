/** The forwarder: the sync's sender over MQTT 5 to the centre. */
@NullMarked
package io.drme.edge.uplink;

import org.jspecify.annotations.NullMarked;
