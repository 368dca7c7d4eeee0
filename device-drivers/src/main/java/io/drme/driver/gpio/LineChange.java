package io.drme.driver.gpio;

import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalState;
import com.pi4j.io.gpio.digital.DigitalStateChangeEvent;

/** Pi4J's event of a change, with the time at which it happened, which Pi4J's own lacks. */
final class LineChange extends DigitalStateChangeEvent<DigitalInput> {
    private final long timeNanos;

    LineChange(DigitalInput source, DigitalState state, long timeNanos) {
        super(source, state);
        this.timeNanos = timeNanos;
    }

    /** When, nanoseconds since 1970, by the clock nearest to the line. */
    long timeNanos() {
        return timeNanos;
    }
}
