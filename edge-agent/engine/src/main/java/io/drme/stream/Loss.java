package io.drme.stream;

/**
 * State of a step that can't be carried over to a changed configuration.
 *
 * @param pipeline its name
 * @param step which step, from 0; of one that is gone, where it stood
 * @param kind as in a file, such as {@code aggregate}
 * @param why what became of the state, and because of what
 */
public record Loss(String pipeline, int step, String kind, String why) {

    /** A line for people. */
    public String text() {
        return "pipeline '%s' steps[%d] %s %s".formatted(pipeline, step, kind, why);
    }
}
