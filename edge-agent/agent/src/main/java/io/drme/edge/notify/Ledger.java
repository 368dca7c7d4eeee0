package io.drme.edge.notify;

import java.io.IOException;
import java.util.Optional;

/** What the deliverer leaves behind on disk. */
interface Ledger {
    /**
     * What was saved last.
     *
     * @throws IOException where there is something that can't be read
     */
    Optional<String> load() throws IOException;

    /**
     * Saves in the place of what was there; it survives a power cut when this returns.
     *
     * @throws IOException where the disk refuses; then the old text stands
     */
    void save(String text) throws IOException;

    /** Records an event of the gateway: something was given up, and why. */
    void record(String receiver, String what);
}
