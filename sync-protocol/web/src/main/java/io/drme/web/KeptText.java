package io.drme.web;

import java.io.IOException;
import java.util.function.UnaryOperator;

/**
 * A small text that outlives the program: accounts, sessions. Of programs that share it, one
 * changes it at a time. Safe for use from any thread; may block on the disk or a database.
 */
public interface KeptText {
    /**
     * The text as it is, or as it was at most a second ago; empty where there is none. The same
     * object while it has not changed.
     *
     * @throws IOException when it can't be read; the message says why
     */
    String read() throws IOException;

    /** The text as it is now, for whom a second would matter. */
    String readNow() throws IOException;

    /**
     * Changes it: reads it as it is now, and replaces it unless it stays the same. When this
     * returns, the new text survives a power cut. What the change throws ends it, and nothing has
     * happened.
     *
     * @throws IOException when it can't be kept; the message says why
     */
    void update(UnaryOperator<String> change) throws IOException;
}
