package io.drme.driver.opcua;

import io.drme.driver.TagAddress;
import java.time.Duration;
import java.util.Map;

/**
 * Where an OPC UA server keeps a tag, and how it is asked to watch it.
 *
 * @param node the node
 * @param part what of its value the tag is
 * @param sampling how often the server is asked to look at the node; 0 stands for as fast as it can
 * @param queue how many values the server is asked to keep between two publishes, 1 to 10,000
 * @param deadband the changes that the server keeps to itself
 * @param history whether the server's history is asked for what was missed
 * @param names of the value's codes, as the file gives them; empty where it gives none
 */
record OpcUaAddress(
        NodeAddress node,
        ValuePart part,
        Duration sampling,
        int queue,
        Deadband deadband,
        boolean history,
        Map<Long, String> names)
        implements TagAddress {

    /** A whole value, watched as usual. */
    OpcUaAddress(NodeAddress node, Duration sampling) {
        this(
                node,
                ValuePart.WHOLE,
                sampling,
                AddressReader.DEFAULT_QUEUE,
                Deadband.NONE,
                false,
                Map.of());
    }
}
