package io.drme.alarm;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;

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
