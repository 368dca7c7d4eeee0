package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.ValueType;

/**
 * The inputs of an expression side by side, and what comes of them. Reused for every result.
 *
 * <p>A result is no better than the worst of its inputs. Where one is bad, the result is bad for
 * the same reason; if it is known all the same, as {@code value > 80 || other} may be, it is
 * uncertain.
 */
final class Row {
    private static final byte OUT_OF_RANGE = Quality.bad(Reason.OUT_OF_RANGE);
    private static final byte DOUBTFUL = Quality.uncertain(Reason.INPUT_NOT_GOOD);

    private final Batch inputs;

    /** Where its inputs begin, and how many they are; all there are where that is 0. */
    private int begin;

    private final int width;

    /** One that is put together for every result. */
    Row() {
        this(new Batch(Beside.MAX_NAMES + 1), 0);
    }

    /** One of many that stand in a batch, so many inputs each. */
    Row(Batch inputs, int width) {
        this.inputs = inputs;
        this.width = width;
    }

    /** Empties it. */
    Batch begin() {
        inputs.begin(0, 0);
        return inputs;
    }

    /** Goes to one of those that stand in the batch. */
    void goTo(int row) {
        begin = row * width;
    }

    private int end() {
        return width == 0 ? inputs.size() : begin + width;
    }

    /** Whether a condition is true of the inputs. */
    int test(Program condition, String tag) {
        return condition.test(inputs, begin, tag);
    }

    /** Adds the result to a batch. */
    void give(Program program, String tag, int lane, long time, Batch out) {
        byte worst = worst();
        if (program.type() == ValueType.TEXT) {
            var text = program.text(inputs, begin, tag);
            if (program.isKnown()) {
                out.addText(lane, time, text, ofKnown(worst));
            } else {
                out.add(lane, time, 0, ofUnknown(worst));
            }
            return;
        }
        long bits = program.bits(inputs, begin, tag);
        boolean usable =
                program.isKnown()
                        && (program.type() != ValueType.FLOAT64
                                || Double.isFinite(Double.longBitsToDouble(bits)));
        out.add(lane, time, usable ? bits : 0, usable ? ofKnown(worst) : ofUnknown(worst));
    }

    /** Whether an input is uncertain; what a condition needs of bad ones is unknown anyway. */
    boolean isAnyUncertain() {
        boolean any = false;
        for (int i = begin, end = end(); i < end; i++) {
            byte quality = inputs.qualities()[i];
            any |= !Quality.isGood(quality) && !Quality.isBad(quality);
        }
        return any;
    }

    /** Of the qualities of the inputs the first that is bad, or else the first that is not good. */
    private byte worst() {
        byte worst = Quality.GOOD;
        for (int i = begin, end = end(); i < end; i++) {
            byte quality = inputs.qualities()[i];
            if (Quality.isBad(quality)) {
                return quality;
            }
            worst = Quality.isGood(worst) ? quality : worst;
        }
        return worst;
    }

    private static byte ofKnown(byte worst) {
        return Quality.isBad(worst) ? DOUBTFUL : worst;
    }

    private static byte ofUnknown(byte worst) {
        return Quality.isBad(worst) ? worst : OUT_OF_RANGE;
    }
}
