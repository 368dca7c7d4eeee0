package io.drme.driver.gpio;

import com.pi4j.io.gpio.digital.DigitalInputBase;
import com.pi4j.io.gpio.digital.DigitalInputConfig;
import com.pi4j.io.gpio.digital.DigitalInputProvider;
import com.pi4j.io.gpio.digital.DigitalState;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A line as Pi4J's digital input. {@code HIGH} means active, whatever the electrical level: the
 * backend applies {@code active: low}.
 */
final class LineInput extends DigitalInputBase {
    private final AtomicReference<DigitalState> state = new AtomicReference<>(DigitalState.UNKNOWN);

    LineInput(DigitalInputProvider provider, DigitalInputConfig config) {
        super(provider, config);
    }

    /** Takes the first level, of which nobody is told. */
    void present(boolean active) {
        state.set(DigitalState.getState(active));
    }

    /** Tells the listeners of a change. An edge that is seen twice in one direction counts too. */
    void changed(boolean active, long timeNanos, long edges) {
        var now = DigitalState.getState(active);
        state.set(now);
        dispatch(new LineChange(this, now, timeNanos, edges));
    }

    @Override
    public DigitalState state() {
        return state.get();
    }
}
