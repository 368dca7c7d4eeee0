package io.drme.edge.notify;

import io.drme.model.TagName;
import java.io.IOException;

/** The outputs of this gateway, as far as horn and lamp need them. For any thread. */
@FunctionalInterface
public interface Switches {
    /**
     * Sets an output. Blocks for as long as the device takes, bounded by its time limit.
     *
     * @throws IOException where it is not set, with what a person can do
     */
    void set(TagName tag, boolean on) throws IOException, InterruptedException;
}
