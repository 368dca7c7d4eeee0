package io.drme.log;

import java.nio.ByteBuffer;

/** An open file of a {@link Disk}. Many threads may read it, one may write. */
public interface DiskFile extends AutoCloseable {

    /** Its size in bytes. */
    long size() throws DiskException;

    /**
     * Reads until the buffer is full or the file ends.
     *
     * @return how many bytes were read, 0 at or behind the end
     */
    int read(long position, ByteBuffer into) throws DiskException;

    /**
     * Writes all that remains in the buffer. It may be lost, whole or in part and in any order,
     * until {@link #sync} has returned.
     */
    void write(long position, ByteBuffer from) throws DiskException;

    /**
     * Makes everything written so far survive a power cut ({@code fdatasync}). Takes as long as the
     * disk does. When it throws, nothing is known about any write since the last success, and
     * trying again proves nothing: the caller writes it anew elsewhere.
     */
    void sync() throws DiskException;

    /** Cuts the file; durable with the next {@link #sync}. */
    void truncate(long bytes) throws DiskException;

    /** Closes it, syncing nothing. Never throws, and may be called more than once. */
    @Override
    void close();
}
