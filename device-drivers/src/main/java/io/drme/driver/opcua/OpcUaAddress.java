package io.drme.driver.opcua;

import io.drme.driver.TagAddress;
import java.time.Duration;

/**
 * Where an OPC UA server keeps a tag.
 *
 * @param node the node
 * @param sampling how often the server is asked to look at the node; 0 stands for as fast as it can
 */
public record OpcUaAddress(NodeAddress node, Duration sampling) implements TagAddress {}
