package io.drme.driver.gpio;

import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalState;
import com.pi4j.io.gpio.digital.DigitalStateChangeEvent;

/** Pi4J's event of a change, with the time at which it happened, which Pi4J's own lacks. */
final class LineChange extends DigitalStateChangeEvent<DigitalInput> {
    private final long timeNanos;
    private final long edges;

    LineChange(DigitalInput source, DigitalState state, long timeNanos, long edges) {
        super(source, state);
        this.timeNanos = timeNanos;
        this.edges = edges;
    }

    /** When, nanoseconds since 1970, by the clock nearest to the line. */
    long timeNanos() {
        return timeNanos;
    }

    /** How many edges there were: this one, and those lost before it. */
    long edges() {
        return edges;
    }
}
