package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.List;

/**
 * The two conditions of a pattern over each row of tags.
 *
 * @param rows of each result, the lanes of its inputs, the main one first
 * @param whens of each result, what happens first
 * @param others of each result, what follows or stays away; empty where nothing has to
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record PatternPrograms(int[][] rows, Program[] whens, Program[] others) {

    int count() {
        return whens.length;
    }

    /** What comes out, a lane a row. */
    List<Lane> results(List<Lane> input) {
        var results = new ArrayList<Lane>();
        for (var row : rows) {
            var main = input.get(row[0]);
            results.add(new Lane(main.source(), main.function(), ValueType.BOOLEAN, false));
        }
        return List.copyOf(results);
    }

    /** Takes both conditions as they are of the inputs of a row. */
    void see(PatternMatches matches, int result, String tag, Row row, long time, Batch out) {
        int other = others.length == 0 ? Program.FALSE : row.test(others[result], tag);
        int when = row.test(whens[result], tag);
        matches.see(result, time, when, other, row.isAnyUncertain(), out);
    }
}
