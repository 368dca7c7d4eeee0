package io.drme.sim.opcua;

import io.drme.sim.record.BadRecordingException;
import io.drme.sim.record.Line;
import io.drme.sim.record.LineWriter;
import java.util.Optional;

/**
 * An object or variable of a recorded server.
 *
 * @param id as an expanded node id, with the namespace's URI
 * @param parent the same of the node that it was found under; empty under the folder of objects
 * @param path browse names on the way to it
 * @param name its browse name
 * @param nameUri the browse name's namespace
 * @param type of a variable's value or elements; empty for an object
 * @param isArray whether the value is an array
 */
record RecordedNode(
        String id,
        String parent,
        String path,
        String name,
        String nameUri,
        Optional<RecordedType> type,
        boolean isArray) {

    /** The line that tells of it, as number {@code n}. */
    LineWriter line(long atNanos, int n) {
        var line =
                LineWriter.at(atNanos, "node").number("n", n).text("node", id).text("path", path);
        if (!parent.isEmpty()) {
            line.text("parent", parent);
        }
        line.text("name", name).text("name-uri", nameUri);
        type.ifPresent(t -> line.text("type", isArray ? t.word() + "[]" : t.word()));
        return line;
    }

    static RecordedNode of(Line line) throws BadRecordingException {
        var word = line.optionalText("type");
        var type = word.flatMap(w -> RecordedType.ofWord(w.replace("[]", "")));
        if (word.isPresent() && type.isEmpty()) {
            throw line.missing("type", "a type such as double or int32[]");
        }
        return new RecordedNode(
                line.text("node"),
                line.optionalText("parent").orElse(""),
                line.text("path"),
                line.text("name"),
                line.text("name-uri"),
                type,
                word.orElse("").endsWith("[]"));
    }
}
