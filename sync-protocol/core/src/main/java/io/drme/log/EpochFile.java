package io.drme.log;

import io.drme.model.EpochId;
import java.util.Optional;

/** The file that says which epoch a data directory is in; it is replaced whole. */
final class EpochFile {
    private static final String PATH = "epoch";
    private static final String NEW_PATH = "epoch.new";
    private static final int PAYLOAD_BYTES = 16;

    private final Disk disk;

    EpochFile(Disk disk) {
        this.disk = disk;
    }

    /** The epoch; nothing on a fresh directory. */
    Optional<EpochId> read(Quarantine quarantine) throws DiskException {
        if (disk.exists(PATH)) {
            try (var file = disk.open(PATH)) {
                var in = Frame.buffer(Frame.sizeOf(PAYLOAD_BYTES));
                file.read(0, in);
                if (Frame.lengthAt(in, 0, 0) == PAYLOAD_BYTES
                        && Frame.isIntact(in, 0, PAYLOAD_BYTES)) {
                    return Optional.of(new EpochId(in.getLong(16), in.getLong(24)));
                }
            }
            quarantine.note("epoch: is damaged; the newest epoch with marks is used");
        }
        return newestWithMarks(quarantine);
    }

    private Optional<EpochId> newestWithMarks(Quarantine quarantine) throws DiskException {
        Optional<EpochId> newest = Optional.empty();
        long newestCommit = Long.MIN_VALUE;
        for (var name : disk.list("")) {
            if (!name.matches("[0-9a-f]{32}")) {
                continue;
            }
            var epoch = EpochId.parse(name);
            var mark = new Marks(disk, epoch).read(quarantine);
            if (mark.isPresent() && mark.get().state().lastCommitNanos >= newestCommit) {
                newestCommit = mark.get().state().lastCommitNanos;
                newest = Optional.of(epoch);
            }
        }
        return newest;
    }

    /** Makes an epoch the current one, durably and at once. */
    void write(EpochId epoch) throws DiskException {
        var out = Frame.buffer(Frame.sizeOf(PAYLOAD_BYTES));
        out.position(Frame.HEADER_BYTES);
        out.putLong(epoch.high()).putLong(epoch.low());
        Frame.seal(out, 0, 0);
        try (var file = disk.create(NEW_PATH, 0, Disk.Room.RESERVED)) {
            file.write(0, out.flip());
            file.sync();
        }
        disk.rename(NEW_PATH, PATH);
        disk.syncDirectory("");
    }

    /** Makes the directories of an epoch. */
    void makeDirectories(EpochId epoch) throws DiskException {
        for (var part : new String[] {"journal", "events", "data", "local"}) {
            disk.makeDirectory(epoch + "/" + part);
        }
        disk.syncDirectory(epoch.toString());
        disk.syncDirectory("");
    }
}
