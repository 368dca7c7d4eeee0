package io.drme.alarm;

import io.drme.model.Batch;
import io.drme.stream.Program;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Whether the plant's design holds one alarm back at this time: {@code suppress-when} on the tag it
 * asks. A bad sample of that tag says nothing, so what was goes on.
 */
final class Suppression {
    private static final long NOT_GONE = -1;

    private final Program program;
    private final String tag;
    private final long holdNanos;
    private boolean isActive;
    private long goneSince = NOT_GONE;

    /**
     * Not active at first.
     *
     * @param tag whose samples are looked at
     * @param holdNanos how long it goes on after its condition is gone
     */
    Suppression(Program program, String tag, long holdNanos) {
        this.program = program;
        this.tag = tag;
        this.holdNanos = holdNanos;
    }

    /** Takes in what an alarm that is no longer held back had. */
    static void skip(DataInput in) throws IOException {
        in.readBoolean();
        in.readLong();
    }

    long holdNanos() {
        return holdNanos;
    }

    boolean isActive() {
        return isActive;
    }

    /**
     * Looks at a sample of its tag.
     *
     * @param elapsed nanoseconds on the owner's clock
     * @return whether it begins with this sample
     */
    boolean look(Batch batch, int at, long elapsed) {
        int truth = program.test(batch, at, tag);
        if (truth == Program.FALSE) {
            goneSince = goneSince == NOT_GONE ? elapsed : goneSince;
        }
        if (truth != Program.TRUE) {
            return false;
        }
        goneSince = NOT_GONE;
        boolean begins = !isActive;
        isActive = true;
        return begins;
    }

    /** Whether it is active, but its condition has been gone for as long as it holds on. */
    boolean isOver(long elapsed) {
        return isActive && goneSince != NOT_GONE && elapsed - goneSince >= holdNanos;
    }

    /** Takes over what a record says, or ends it. */
    void set(boolean active) {
        isActive = active;
        goneSince = NOT_GONE;
    }

    void save(DataOutput out) throws IOException {
        out.writeBoolean(isActive);
        out.writeLong(goneSince);
    }

    void load(DataInput in) throws IOException {
        isActive = in.readBoolean();
        goneSince = in.readLong();
    }
}
