package io.drme.driver.gpio;

import com.pi4j.io.gpio.digital.DigitalOutput;
import com.pi4j.io.gpio.digital.DigitalOutputConfig;
import com.pi4j.io.gpio.digital.DigitalOutputProviderBase;

/** Pi4J's digital outputs on any board, as {@link LineProvider} is for inputs. */
final class OutputProvider extends DigitalOutputProviderBase {
    static final String ID = "drme-outputs";

    OutputProvider() {
        super(ID, "DRME outputs");
    }

    @Override
    public DigitalOutput create(DigitalOutputConfig config) {
        var output = new LineOutput(this, config);
        context.registry().add(output);
        return output;
    }
}
