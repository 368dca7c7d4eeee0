package io.drme.driver.gpio;

import com.pi4j.io.exception.IOException;
import com.pi4j.io.gpio.digital.DigitalOutput;
import com.pi4j.io.gpio.digital.DigitalOutputBase;
import com.pi4j.io.gpio.digital.DigitalOutputConfig;
import com.pi4j.io.gpio.digital.DigitalOutputProvider;
import com.pi4j.io.gpio.digital.DigitalState;
import io.drme.driver.DriverException;

/**
 * A line as Pi4J's digital output. {@code HIGH} means active, whatever the electrical level. Its
 * first and its safe value are the backend's affair, which has the line before and after this.
 */
final class LineOutput extends DigitalOutputBase {
    /** Sets a line and gives what is read back. */
    @FunctionalInterface
    interface Drive {
        boolean set(boolean active) throws DriverException, InterruptedException;
    }

    private Drive drive =
            active -> {
                throw new IllegalStateException("an output that nothing drives");
            };

    LineOutput(DigitalOutputProvider provider, DigitalOutputConfig config) {
        super(provider, config);
    }

    /** Says what drives it, before it is used. */
    void drivenBy(Drive by) {
        drive = by;
    }

    /** Sets it, and has its state be what was read back. */
    boolean drive(boolean active) throws DriverException, InterruptedException {
        boolean now = drive.set(active);
        super.state(DigitalState.getState(now));
        return now;
    }

    @Override
    public DigitalOutput state(DigitalState wanted) throws IOException {
        try {
            drive(wanted.isHigh());
        } catch (DriverException e) {
            throw new IOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        return this;
    }
}
