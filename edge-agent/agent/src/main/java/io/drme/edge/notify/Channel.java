package io.drme.edge.notify;

/**
 * One way out of the gateway. A class of its own for each, so that what is not used is not loaded.
 */
interface Channel {
    /** The longest that a try takes; then it counts as failed. */
    int LIMIT_SECONDS = 30;

    /** To connect takes so long at most. */
    int CONNECT_SECONDS = 10;

    /**
     * Sends a message and waits for the receiver's word. Reads the files of its secrets anew each
     * time. Blocks; an interrupt ends it.
     *
     * @param id the same with each try
     */
    Outcome send(Message message, String id) throws InterruptedException;
}
