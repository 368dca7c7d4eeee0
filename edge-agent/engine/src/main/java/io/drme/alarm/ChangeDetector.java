package io.drme.alarm;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.ValueType;
import io.drme.stream.Program;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Objects;

/** Whether a value became another within a time; a bad sample between is no change. */
final class ChangeDetector implements Detector {
    private static final int KIND = 3;

    private final ValueType type;
    private final long withinNanos;
    private boolean isKnown;
    private long bits;
    private String text = "";
    private boolean hasChanged;
    private long changedAt;

    ChangeDetector(ValueType type, long withinNanos) {
        this.type = type;
        this.withinNanos = withinNanos;
    }

    @Override
    public int detect(Batch batch, int at, String tag, boolean wasPresent, long elapsed) {
        if (Quality.isBad(batch.qualities()[at])) {
            return Program.UNKNOWN;
        }
        long newBits = type == ValueType.TEXT ? 0 : batch.bits()[at];
        var newText = type == ValueType.TEXT ? Objects.requireNonNullElse(batch.text(at), "") : "";
        if (isKnown && (newBits != bits || !newText.equals(text))) {
            hasChanged = true;
            changedAt = elapsed;
        }
        isKnown = true;
        bits = newBits;
        text = newText;
        return later(wasPresent, elapsed);
    }

    @Override
    public int later(boolean wasPresent, long elapsed) {
        if (!isKnown) {
            return Program.UNKNOWN;
        }
        return hasChanged && elapsed - changedAt < withinNanos ? Program.TRUE : Program.FALSE;
    }

    @Override
    public long looksBackNanos() {
        return withinNanos;
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeBoolean(isKnown);
        out.writeLong(bits);
        out.writeUTF(text);
        out.writeBoolean(hasChanged);
        out.writeLong(changedAt);
    }

    @Override
    public void load(DataInput in) throws IOException {
        isKnown = in.readBoolean();
        bits = in.readLong();
        text = in.readUTF();
        hasChanged = in.readBoolean();
        changedAt = in.readLong();
    }

    @Override
    public int kind() {
        return KIND;
    }
}
