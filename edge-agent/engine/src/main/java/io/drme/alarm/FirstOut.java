package io.drme.alarm;

/**
 * Which alarm of a group came first. The group begins with the first that people are told of while
 * they are told of no other, and is over once they are told of none: of a trip that drags others
 * along, the cause is told from what followed.
 */
final class FirstOut {
    private final String group;
    private int told;
    private String first = "";

    FirstOut(String group) {
        this.group = group;
    }

    String group() {
        return group;
    }

    /** The id of the occurrence that came first; empty where there is none. */
    String first() {
        return first;
    }

    /** Follows an occurrence from state to state; gives whether it came first. */
    boolean moved(String id, AlarmState from, AlarmState to) {
        count(from, to);
        if (told == 1 && isTold(to) && !isTold(from)) {
            first = id;
        }
        boolean isFirst = first.equals(id);
        forgetWhenOver();
        return isFirst;
    }

    /**
     * Takes over what is on record: another run may have told of more than this one has seen, so
     * that the count says nothing of who came first.
     *
     * @param firstId the id of what came first, where the record says it
     */
    void recalled(String firstId, AlarmState from, AlarmState to) {
        count(from, to);
        first = firstId.isEmpty() ? first : firstId;
        forgetWhenOver();
    }

    private void count(AlarmState from, AlarmState to) {
        told += (isTold(to) ? 1 : 0) - (isTold(from) ? 1 : 0);
    }

    private void forgetWhenOver() {
        if (told == 0) {
            first = "";
        }
    }

    private static boolean isTold(AlarmState state) {
        return state != AlarmState.NORMAL && !state.isHidden();
    }
}
