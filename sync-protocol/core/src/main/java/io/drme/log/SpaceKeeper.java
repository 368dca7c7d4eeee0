package io.drme.log;

/** Decides whether a log may have another segment; the store's policy is behind it. */
interface SpaceKeeper {

    /**
     * Makes sure that so many bytes more may be taken, by dropping what the policy gives up.
     *
     * @throws DiskException.Full when the policy gives up nothing more
     */
    void admit(long bytes) throws DiskException;

    /**
     * Gives up the oldest segment, because the disk itself is full.
     *
     * @return false when the policy gives up nothing more
     */
    boolean makeRoom() throws DiskException;
}
