package io.drme.alarm;

import java.util.function.Consumer;
import java.util.function.Supplier;

/** Hands on each record of an alarm, with when it was decided. */
final class Teller {
    /** When what is done now was decided, if that was elsewhere; 0 where it is decided here. */
    private long afarAt;

    /** Hands on a record of a watch, and has it noted there. */
    void tell(Watch watch, Transition transition, Consumer<Transition> sink) {
        var told =
                afarAt == 0 || !transition.isByPerson() ? transition : transition.decidedAt(afarAt);
        watch.note(told);
        sink.accept(told);
    }

    /** Has something done that was decided elsewhere. */
    Answer asDecidedAt(long atNanos, Supplier<Answer> act) {
        afarAt = atNanos;
        try {
            return act.get();
        } finally {
            afarAt = 0;
        }
    }
}
