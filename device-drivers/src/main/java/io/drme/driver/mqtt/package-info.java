/**
 * MQTT as a source: topics of a broker as tags, over Eclipse Paho.
 *
 * <p>Paho's own threads hear the broker; what they hear is decoded there and handed over to the
 * thread that owns the device. Paho neither reconnects nor keeps anything for us.
 */
@NullMarked
package io.drme.driver.mqtt;

import org.jspecify.annotations.NullMarked;
