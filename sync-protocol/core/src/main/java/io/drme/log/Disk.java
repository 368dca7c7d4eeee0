package io.drme.log;

import java.util.List;

/**
 * One directory tree on a disk, and the only way from the log to it, so that a simulation can lose,
 * reorder, tear and flip what was not synced.
 *
 * <p>Paths are relative to the root, their parts joined by {@code '/'}. Nothing is durable before
 * it was synced: the content of a file by {@link DiskFile#sync}, its name, its renaming and its
 * deletion by {@link #syncDirectory}.
 *
 * <p><b>Threads.</b> Safe for use from any thread; a {@link DiskFile} may be read by many and
 * written by one.
 */
public interface Disk extends AutoCloseable {

    /** What a new file's room is made of. */
    enum Room {
        /** Room is reserved; a first write to it may cost the next sync some bookkeeping. */
        RESERVED,
        /**
         * Zeros are written, so that later syncs have no bookkeeping: for files written for ever.
         */
        WRITTEN
    }

    /**
     * Creates a file of this size that reads as zeros, in place of one that may be there. The room
     * is taken now, so a later write within it does not find the disk full.
     *
     * @throws DiskException.Full when there is no room; then there is no such file
     */
    DiskFile create(String path, long bytes, Room room) throws DiskException;

    /**
     * Opens an existing file to read and write.
     *
     * @throws DiskException.Missing when there is none
     */
    DiskFile open(String path) throws DiskException;

    /** Whether there is such a file or directory. */
    boolean exists(String path) throws DiskException;

    /** Deletes a file; does nothing where there is none. */
    void delete(String path) throws DiskException;

    /** Gives a file another name, in place of a file that may have it. */
    void rename(String from, String to) throws DiskException;

    /** The plain names in a directory, sorted; none where there is no such directory. */
    List<String> list(String directory) throws DiskException;

    /** Makes a directory and those above it; does nothing where it is there. */
    void makeDirectory(String directory) throws DiskException;

    /** Makes the names in a directory survive a power cut; the root is the empty path. */
    void syncDirectory(String directory) throws DiskException;

    /** Bytes that can still be taken. */
    long freeBytes() throws DiskException;

    /**
     * Keeps every other process, and every other user in this one, away until {@link #close}.
     *
     * @throws DiskException.Locked when another has it; the message names its process
     */
    void lock() throws DiskException;

    /** Gives the lock back. Never throws, and may be called more than once. */
    @Override
    void close();
}
