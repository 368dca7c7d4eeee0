package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.ValueType;
import java.util.List;

/** Multiplies and shifts; the result is a double, and bad stays bad. */
final class ScaleOperator implements Operator {
    private final List<Lane> lanes;
    private final boolean[] isInteger;
    private final double factor;
    private final double offset;

    ScaleOperator(List<Lane> input, double factor, double offset) {
        this.lanes = input.stream().map(l -> l.of(ValueType.FLOAT64)).toList();
        this.isInteger = new boolean[input.size()];
        for (int i = 0; i < isInteger.length; i++) {
            isInteger[i] = input.get(i).type() == ValueType.INT64;
        }
        this.factor = factor;
        this.offset = offset;
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
            long bits = in.bits()[i];
            byte quality = in.qualities()[i];
            double raw = isInteger[lane] ? bits : Double.longBitsToDouble(bits);
            double scaled = raw * factor + offset;
            out.add(
                    lane,
                    in.sourceTimes()[i],
                    Quality.isBad(quality) ? 0 : Double.doubleToRawLongBits(scaled),
                    quality);
        }
    }
}
