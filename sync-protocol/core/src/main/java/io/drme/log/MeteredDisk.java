package io.drme.log;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Counts what goes to the disk behind it in pages, as a flash card wears by pages: one that is
 * written several times between two syncs counts once, one that two syncs share counts twice. What
 * the file system writes on its own account (names, sizes, its own journal) is not seen here.
 *
 * <p>Safe for use from any thread as far as it reads; only the store's thread writes, and asks for
 * the count.
 */
final class MeteredDisk implements Disk {
    /** What flash and file systems write at least. */
    static final int PAGE_BYTES = 4_096;

    private final Disk disk;
    private long bytes;
    private long pages;

    MeteredDisk(Disk disk) {
        this.disk = disk;
    }

    /** Bytes written so far. */
    long bytesWritten() {
        return bytes;
    }

    /** Pages written so far. */
    long pagesWritten() {
        return pages;
    }

    @Override
    public DiskFile create(String path, long size, Room room) throws DiskException {
        var file = disk.create(path, size, room);
        if (room == Room.WRITTEN) {
            bytes += size;
            pages += Math.ceilDiv(size, PAGE_BYTES);
        }
        return new MeteredFile(file);
    }

    @Override
    public DiskFile open(String path) throws DiskException {
        return new MeteredFile(disk.open(path));
    }

    @Override
    public boolean exists(String path) throws DiskException {
        return disk.exists(path);
    }

    @Override
    public void delete(String path) throws DiskException {
        disk.delete(path);
    }

    @Override
    public void rename(String from, String to) throws DiskException {
        disk.rename(from, to);
    }

    @Override
    public List<String> list(String directory) throws DiskException {
        return disk.list(directory);
    }

    @Override
    public void makeDirectory(String directory) throws DiskException {
        disk.makeDirectory(directory);
    }

    @Override
    public void syncDirectory(String directory) throws DiskException {
        disk.syncDirectory(directory);
    }

    @Override
    public long freeBytes() throws DiskException {
        return disk.freeBytes();
    }

    @Override
    public void lock() throws DiskException {
        disk.lock();
    }

    @Override
    public void close() {
        disk.close();
    }

    /** A file whose writes are counted. */
    private final class MeteredFile implements DiskFile {
        private static final long NONE = -1;

        private final DiskFile file;

        /** The last page that was written and not synced since; appends share it. */
        private long open = NONE;

        MeteredFile(DiskFile file) {
            this.file = file;
        }

        @Override
        public long size() throws DiskException {
            return file.size();
        }

        @Override
        public int read(long position, ByteBuffer into) throws DiskException {
            return file.read(position, into);
        }

        @Override
        public void write(long position, ByteBuffer from) throws DiskException {
            int length = from.remaining();
            if (length == 0) {
                return;
            }
            long first = position / PAGE_BYTES;
            long last = (position + length - 1) / PAGE_BYTES;
            bytes += length;
            pages += last - first + (first == open ? 0 : 1);
            open = last;
            file.write(position, from);
        }

        @Override
        public void sync() throws DiskException {
            open = NONE;
            file.sync();
        }

        @Override
        public void truncate(long size) throws DiskException {
            file.truncate(size);
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
