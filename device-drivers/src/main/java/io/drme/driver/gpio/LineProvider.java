package io.drme.driver.gpio;

import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalInputConfig;
import com.pi4j.io.gpio.digital.DigitalInputProviderBase;

/**
 * Pi4J's digital inputs on any board: our own provider over a {@link LineBackend}, because Pi4J's
 * refuse boards that they do not know, or fall back to a mock.
 */
final class LineProvider extends DigitalInputProviderBase {
    static final String ID = "drme-lines";

    LineProvider() {
        super(ID, "DRME lines");
    }

    @Override
    public DigitalInput create(DigitalInputConfig config) {
        var input = new LineInput(this, config);
        context.registry().add(input);
        return input;
    }
}
