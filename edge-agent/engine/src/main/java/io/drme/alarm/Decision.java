package io.drme.alarm;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What is known of people's acts on one occurrence, to tell which of two that did not know of each
 * other is the later. Times are nanoseconds since 1970 UTC.
 *
 * @param decidedAt when the last one that changed something was decided; 0 where there is none
 * @param by who decided it
 * @param until the end of shelving or maintenance that it left; 0 where neither
 * @param afarAt when the last one that came over the line was decided; 0 where there is none
 * @param raisedAt when it last began to wait for acknowledgement; 0 where it never did
 */
record Decision(long decidedAt, String by, long until, long afarAt, long raisedAt) {
    static final Decision NONE = new Decision(0, "", 0, 0, 0);

    /** As it is after a record. */
    Decision after(Transition t) {
        boolean isPerson = t.isByPerson();
        boolean changes = t.from() != t.to() || t.untilNanos() != until;
        boolean isNewer = isPerson && changes && t.decidedAtNanos() >= decidedAt;
        boolean isFromAfar = isPerson && t.decidedAtNanos() != t.atNanos();
        boolean isRaised = t.from() != t.to() && t.to() == AlarmState.UNACKNOWLEDGED;
        return new Decision(
                isNewer ? t.decidedAtNanos() : decidedAt,
                isNewer ? t.by() : by,
                t.untilNanos(),
                isFromAfar ? t.decidedAtNanos() : afarAt,
                isRaised ? t.atNanos() : raisedAt);
    }

    void save(DataOutput out) throws IOException {
        out.writeLong(decidedAt);
        out.writeUTF(by);
        out.writeLong(until);
        out.writeLong(afarAt);
        out.writeLong(raisedAt);
    }

    static Decision load(DataInput in) throws IOException {
        return new Decision(
                in.readLong(), in.readUTF(), in.readLong(), in.readLong(), in.readLong());
    }
}
