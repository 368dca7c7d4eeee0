package io.drme.driver.mqtt;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.Value;

/**
 * What a message said of a tag, on its way to the owner.
 *
 * @param tag position in the device's group
 * @param timeNanos when it came, since 1970 UTC
 * @param kept whether the broker had kept it, so that nobody knows how old it is
 */
record Arrival(int tag, long timeNanos, Outcome outcome, boolean kept) {

    /** Adds it as a sample of its tag. */
    void addTo(Batch out, Routes.Bound bound) {
        int index = bound.tableIndex();
        switch (outcome) {
            case Outcome.Bad(Reason reason, String _) -> out.addBad(index, timeNanos, reason);
            case Outcome.Good(var value, var time) -> {
                boolean aged =
                        kept
                                && time.isEmpty()
                                && bound.address().retained() == MqttAddress.Retained.UNCERTAIN;
                byte quality = aged ? Quality.uncertain(Reason.STALE) : Quality.GOOD;
                add(out, index, time.orElse(timeNanos), value, quality);
            }
            case Outcome.Uncertain(var value, var time, var reason) ->
                    add(out, index, time.orElse(timeNanos), value, Quality.uncertain(reason));
            case Outcome.Silent _ -> {
                // Nothing is said.
            }
        }
    }

    private static void add(Batch out, int index, long time, Value value, byte quality) {
        switch (value) {
            case Value.Bool(boolean b) -> out.addBoolean(index, time, b, quality);
            case Value.Int(long i) -> out.addInt(index, time, i, quality);
            case Value.Real(double d) -> out.addDouble(index, time, d, quality);
            case Value.Text(String text) -> out.addText(index, time, text, quality);
        }
    }
}
