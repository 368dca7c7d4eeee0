package io.drme.driver.opcua;

import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;

/**
 * One value as the server sent it.
 *
 * @param tag position in the driver's list of tags
 */
record Arrival(int tag, DataValue value) {}
