package io.drme.sim.opcua;

import java.util.Optional;
import org.eclipse.milo.opcua.stack.core.types.builtin.StatusCode;
import org.eclipse.milo.opcua.stack.core.types.structured.Range;

/**
 * One variable of the simulated server.
 *
 * @param namespaceUri its namespace
 * @param identifier what {@code NodeId} takes: a text, number, UUID or bytes
 * @param name what a person sees
 * @param shape what it holds
 * @param range the least and the greatest that it is meant to hold; nothing where it says none
 * @param status what its values carry
 * @param history how many of its changes it keeps to be read; 0 for none
 * @param stamped whether its values carry a source time
 */
record SimulatedNode(
        String namespaceUri,
        Object identifier,
        String name,
        Shape shape,
        Optional<Range> range,
        StatusCode status,
        int history,
        boolean stamped) {}
