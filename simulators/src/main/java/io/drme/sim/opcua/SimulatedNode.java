package io.drme.sim.opcua;

import io.drme.sim.ValueSource;
import org.eclipse.milo.opcua.stack.core.types.builtin.StatusCode;

/**
 * One variable of the simulated server.
 *
 * @param namespaceUri its namespace
 * @param identifier what {@code NodeId} takes: a text, number, UUID or bytes
 * @param name what a person sees
 * @param status what its values carry
 * @param stamped whether its values carry a source time
 */
record SimulatedNode(
        String namespaceUri,
        Object identifier,
        String name,
        NodeType type,
        ValueSource value,
        StatusCode status,
        boolean stamped) {}
