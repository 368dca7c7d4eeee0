package io.drme.alarm;

/** What became of a person's command. */
public sealed interface Answer {

    /** It was done; the transition went to the sink. */
    record Done() implements Answer {}

    /** It was so already; nothing changed and nothing is recorded. */
    record AlreadySo(String why) implements Answer {}

    /** There is no such occurrence, or it is over. */
    record NoSuchAlarm(String id) implements Answer {}

    /** Not possible in the state the alarm is in; {@code why} says what to do. */
    record Refused(String why) implements Answer {}

    /** Refused, as an alarm in this state can't be handled so. */
    static Answer notPossible(AlarmState state) {
        return new Refused(
                "not possible while the alarm is %s%s"
                        .formatted(
                                state.text(),
                                switch (state) {
                                    case SHELVED -> "; unshelve it first";
                                    case OUT_OF_SERVICE -> "; return it to service first";
                                    default -> "";
                                }));
    }
}
