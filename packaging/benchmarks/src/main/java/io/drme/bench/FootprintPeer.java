package io.drme.bench;

import java.io.IOException;
import java.nio.file.Path;

/** Somebody else's program that reads the same registers once a second and publishes them. */
interface FootprintPeer {

    /** Under which name it stands in a row. */
    String name();

    /** What it needs and does not find; empty where it can run. */
    String missing();

    /** What it leaves out of our agent's work, for whoever reads the figures. */
    String leavesOut();

    /**
     * Starts it.
     *
     * @param modbusPort the simulator
     * @param brokerPort an MQTT 3.1.1 broker on loopback, to which it publishes under its name
     */
    Child start(FootprintWork work, Path folder, int modbusPort, int brokerPort) throws IOException;

    /** How many values a message on its topics holds. */
    int valuesInMessage();
}
