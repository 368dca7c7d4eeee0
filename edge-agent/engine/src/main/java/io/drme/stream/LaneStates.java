package io.drme.stream;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;

/**
 * Saves state lane by lane under the lane's key, so that after a reload with other tags each lane
 * that is still there goes on where it was.
 */
final class LaneStates {
    private LaneStates() {}

    /** Writes the state of one lane. */
    @FunctionalInterface
    interface Saver {
        /** Writes everything of the lane that later results depend on. */
        void save(int lane, DataOutput out) throws IOException;
    }

    /** Reads the state of one lane. */
    @FunctionalInterface
    interface Loader {
        /** Reads what {@link Saver} wrote of the lane. */
        void load(int lane, DataInput in) throws IOException;
    }

    static void save(List<Lane> lanes, DataOutput out, Saver saver) throws IOException {
        out.writeInt(lanes.size());
        for (int lane = 0; lane < lanes.size(); lane++) {
            var bytes = new ByteArrayOutputStream();
            saver.save(lane, new DataOutputStream(bytes));
            out.writeUTF(lanes.get(lane).key());
            out.writeInt(bytes.size());
            out.write(bytes.toByteArray());
        }
    }

    static void load(List<Lane> lanes, DataInput in, Loader loader) throws IOException {
        var index = new HashMap<String, Integer>();
        for (int lane = 0; lane < lanes.size(); lane++) {
            index.put(lanes.get(lane).key(), lane);
        }
        for (int left = in.readInt(); left > 0; left--) {
            var lane = index.get(in.readUTF());
            var bytes = new byte[in.readInt()];
            in.readFully(bytes);
            if (lane != null) {
                loader.load(lane, new DataInputStream(new ByteArrayInputStream(bytes)));
            }
        }
    }
}
