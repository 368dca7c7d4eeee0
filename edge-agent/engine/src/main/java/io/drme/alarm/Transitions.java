package io.drme.alarm;

import io.drme.model.TagName;
import io.drme.schema.AlarmMarks;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Keeps the removals of alarms in a snapshot, for alarms that are gone when it is restored. */
final class Transitions {
    private Transitions() {}

    static void write(Transition removal, DataOutput out) throws IOException {
        out.writeUTF(removal.id());
        out.writeUTF(removal.name());
        out.writeUTF(removal.tag().text());
        out.writeUTF(removal.from().name());
        out.writeUTF(removal.priority().name());
        out.writeUTF(removal.message());
        out.writeUTF(removal.guidance().action());
        out.writeUTF(removal.guidance().cause());
        out.writeUTF(removal.guidance().consequence());
        out.writeLong(removal.guidance().respondWithin().toNanos());
        out.writeUTF(removal.comment());
        out.writeUTF(removal.marks().group());
        out.writeBoolean(removal.marks().first());
        out.writeUTF(removal.marks().escalatedFrom());
        out.writeBoolean(removal.isLocal());
    }

    static Transition read(DataInput in, long atNanos) throws IOException {
        var id = in.readUTF();
        var name = in.readUTF();
        var tag = new TagName(in.readUTF());
        var from = AlarmState.valueOf(in.readUTF());
        var priority = Priority.valueOf(in.readUTF());
        var message = in.readUTF();
        var guidance =
                new Guidance(
                        in.readUTF(), in.readUTF(), in.readUTF(), Duration.ofNanos(in.readLong()));
        var comment = in.readUTF();
        var marks = new AlarmMarks(in.readUTF(), in.readBoolean(), in.readUTF());
        return new Transition(
                id,
                name,
                tag,
                from,
                AlarmState.NORMAL,
                priority,
                Optional.empty(),
                message,
                guidance,
                atNanos,
                "",
                comment,
                0,
                0,
                marks,
                in.readBoolean());
    }
}
