package io.drme.stream;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A text in saved state, which may be none. */
final class SavedText {
    private SavedText() {}

    static void write(@Nullable String text, DataOutput out) throws IOException {
        out.writeBoolean(text != null);
        if (text != null) {
            out.writeUTF(text);
        }
    }

    static @Nullable String read(DataInput in) throws IOException {
        return in.readBoolean() ? in.readUTF() : null;
    }
}
