package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.List;

/** Gives what an expression makes of each sample; without a result the sample is bad. */
final class MapOperator implements Operator {
    private final List<Lane> lanes;
    private final String[] tags;
    private final Program[] programs;

    /** Makes a map; {@code programs} has one a lane, which may be the same. */
    MapOperator(List<Lane> input, Program[] programs) {
        var results = new ArrayList<Lane>();
        for (int i = 0; i < programs.length; i++) {
            results.add(input.get(i).of(programs[i].type()));
        }
        this.lanes = List.copyOf(results);
        this.tags = input.stream().map(Lane::source).toArray(String[]::new);
        this.programs = programs;
    }

    @Override
    public List<Lane> lanes() {
        return lanes;
    }

    @Override
    public void process(Batch in, long now, Batch out) {
        int size = in.size();
        for (int i = 0; i < size; i++) {
            int lane = in.tags()[i];
            if (programs[lane].type() == ValueType.TEXT) {
                mapToText(in, i, lane, out);
            } else {
                mapToBits(in, i, lane, out);
            }
        }
    }

    private void mapToBits(Batch in, int at, int lane, Batch out) {
        var program = programs[lane];
        long bits = program.bits(in, at, tags[lane]);
        boolean usable =
                program.isKnown()
                        && (program.type() != ValueType.FLOAT64
                                || Double.isFinite(Double.longBitsToDouble(bits)));
        byte quality = in.qualities()[at];
        if (!usable) {
            out.add(lane, in.sourceTimes()[at], 0, withoutResult(quality));
        } else {
            out.add(lane, in.sourceTimes()[at], bits, ofKnown(quality));
        }
    }

    private void mapToText(Batch in, int at, int lane, Batch out) {
        var program = programs[lane];
        var text = program.text(in, at, tags[lane]);
        byte quality = in.qualities()[at];
        if (!program.isKnown()) {
            out.add(lane, in.sourceTimes()[at], 0, withoutResult(quality));
        } else {
            out.addText(lane, in.sourceTimes()[at], text, ofKnown(quality));
        }
    }

    private static byte withoutResult(byte quality) {
        return Quality.isBad(quality) ? quality : Quality.bad(Reason.OUT_OF_RANGE);
    }

    /**
     * A result that needs no value, such as {@code quality == 'good'}, is known of a bad sample.
     */
    private static byte ofKnown(byte quality) {
        return Quality.isBad(quality) ? Quality.GOOD : quality;
    }
}
