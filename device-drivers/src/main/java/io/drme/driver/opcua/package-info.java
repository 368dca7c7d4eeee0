/** OPC UA by Eclipse Milo: subscriptions with source times and status, trust folders. */
@NullMarked
package io.drme.driver.opcua;

import org.jspecify.annotations.NullMarked;
