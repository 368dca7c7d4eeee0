/** The endpoint that gateways connect to by MQTT 5, and the thread that runs the receiver. */
@NullMarked
package io.drme.cloud.ingest;

import org.jspecify.annotations.NullMarked;
