package io.drme.log;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A bug planted between store and disk: syncs of some paths are left out, or done too late. */
public final class FaultyDisk implements Disk {
    private final Disk disk;
    private final Predicate<String> which;
    private final boolean late;
    private @Nullable DiskFile owed;

    /**
     * Leaves out syncs.
     *
     * @param which of these files and directories
     * @param late whether the sync of a file is done before the next write, instead of never
     */
    public FaultyDisk(Disk disk, Predicate<String> which, boolean late) {
        this.disk = disk;
        this.which = which;
        this.late = late;
    }

    private void payDebt() throws DiskException {
        var file = owed;
        owed = null;
        if (file != null) {
            file.sync();
        }
    }

    private DiskFile faulty(String path, DiskFile file) {
        return !which.test(path)
                ? file
                : new DiskFile() {
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
                        payDebt();
                        file.write(position, from);
                    }

                    @Override
                    public void sync() throws DiskException {
                        payDebt();
                        owed = late ? file : null;
                    }

                    @Override
                    public void truncate(long bytes) throws DiskException {
                        file.truncate(bytes);
                    }

                    @Override
                    public void close() {
                        file.close();
                    }
                };
    }

    @Override
    public DiskFile create(String path, long bytes, Room room) throws DiskException {
        return faulty(path, disk.create(path, bytes, room));
    }

    @Override
    public DiskFile open(String path) throws DiskException {
        return faulty(path, disk.open(path));
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
        if (late || !which.test(directory)) {
            disk.syncDirectory(directory);
        }
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
}
