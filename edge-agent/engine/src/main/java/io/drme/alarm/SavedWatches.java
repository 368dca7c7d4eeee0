package io.drme.alarm;

import io.drme.model.Value;
import io.drme.model.ValueType;
import io.drme.model.Values;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The state of each alarm in a snapshot, with its length, so that one that is no longer configured
 * is passed over.
 */
final class SavedWatches {
    private SavedWatches() {}

    static void write(List<Watch> watches, DataOutput out) throws IOException {
        out.writeInt(watches.size());
        for (var watch : watches) {
            var state = new ByteArrayOutputStream();
            watch.save(new DataOutputStream(state));
            out.writeUTF(watch.key());
            out.writeInt(state.size());
            out.write(state.toByteArray());
        }
    }

    static void write(DataOutput out, Optional<Value> value) throws IOException {
        out.writeByte(value.map(v -> v.type().code()).orElse(0));
        if (value.isPresent()) {
            out.writeLong(Values.bits(value.get()));
            out.writeUTF(value.get() instanceof Value.Text(String words) ? words : "");
        }
    }

    static Optional<Value> readValue(DataInput in) throws IOException {
        int type = in.readByte();
        return type == 0
                ? Optional.empty()
                : Optional.of(Values.of(ValueType.ofCode(type), in.readLong(), in.readUTF()));
    }

    static void read(DataInputStream in, Map<String, Watch> byKey) throws IOException {
        for (int left = in.readInt(); left > 0; left--) {
            var watch = byKey.get(in.readUTF());
            var state = new byte[in.readInt()];
            in.readFully(state);
            if (watch != null) {
                watch.load(new DataInputStream(new ByteArrayInputStream(state)));
            }
        }
    }
}
