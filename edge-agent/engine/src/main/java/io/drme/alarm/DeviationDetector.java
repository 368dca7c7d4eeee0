package io.drme.alarm;

import io.drme.model.Batch;
import io.drme.model.ValueType;
import io.drme.stream.Program;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Whether a value is off a setpoint, another tag's value, by more than it may be. While either is
 * bad or was never read, that is not known.
 */
final class DeviationDetector implements Detector {
    private static final int KIND = 1;

    private final ValueType type;
    private final ValueType setpointType;
    private final double by;
    private final double deadband;
    private double value = Double.NaN;
    private double setpoint = Double.NaN;

    DeviationDetector(ValueType type, ValueType setpointType, double by, double deadband) {
        this.type = type;
        this.setpointType = setpointType;
        this.by = by;
        this.deadband = deadband;
    }

    @Override
    public int detect(Batch batch, int at, String tag, boolean wasPresent, long elapsed) {
        value = Numbers.of(batch, at, type);
        return later(wasPresent, elapsed);
    }

    @Override
    public int later(boolean wasPresent, long elapsed) {
        double off = Math.abs(value - setpoint);
        if (Double.isNaN(off)) {
            return Program.UNKNOWN;
        }
        return off > (wasPresent ? by - deadband : by) ? Program.TRUE : Program.FALSE;
    }

    @Override
    public void refer(Batch batch, int at) {
        setpoint = Numbers.of(batch, at, setpointType);
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeDouble(value);
        out.writeDouble(setpoint);
    }

    @Override
    public void load(DataInput in) throws IOException {
        value = in.readDouble();
        setpoint = in.readDouble();
    }

    @Override
    public int kind() {
        return KIND;
    }
}
