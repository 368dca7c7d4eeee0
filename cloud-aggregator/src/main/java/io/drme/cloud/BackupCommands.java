package io.drme.cloud;

import io.drme.cloud.config.CloudConfig;
import io.drme.cloud.store.Backup;
import io.drme.cloud.store.DatabaseException;
import io.drme.web.SecretFile;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** {@code drme-cloud backup} and {@code restore}: database, key and accounts as one file. */
final class BackupCommands {
    /** What a centre that takes the place of this one needs beside the database. */
    private static final List<String> FILES = List.of("centre.key", "users.json");

    private BackupCommands() {}

    /**
     * Writes a backup; the centre may run meanwhile. The file is there whole or not at all, and for
     * its owner only: it holds the centre's key.
     */
    static Backup.Content backup(CloudConfig config, Path data, Path file) throws StartException {
        var made = file.resolveSibling(file.getFileName() + ".part");
        if (config.store().url().isEmpty() && !Files.exists(data.resolve("drme.db"))) {
            throw new StartException(
                    "%s holds no database of a centre; name its data directory with --data, or its file with --config"
                            .formatted(data));
        }
        var files = new TreeMap<String, String>();
        try (var database = CentreDatabase.openAsIs(config, data)) {
            for (var name : FILES) {
                if (Files.exists(data.resolve(name))) {
                    files.put(name, Files.readString(data.resolve(name)));
                }
            }
            Files.deleteIfExists(made);
            var ownerOnly =
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------"));
            Backup.Content content;
            try (var channel =
                    FileChannel.open(
                            made,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            ownerOnly)) {
                content = Backup.write(database, files, Channels.newOutputStream(channel));
                channel.force(true);
            }
            Files.move(
                    made,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            return content;
        } catch (DatabaseException | IOException e) {
            throw new StartException(
                    "%s could not be written: %s; what is there of it is %s"
                            .formatted(file, text(e), made));
        }
    }

    /** Fills an empty database and data directory; the centre must not run. */
    static Backup.Content restore(CloudConfig config, Path data, Path file) throws StartException {
        try (var directory = DataDirectory.take(data);
                var in = Files.newInputStream(file)) {
            for (var name : FILES) {
                if (Files.exists(directory.path().resolve(name))) {
                    throw new FileAlreadyExistsException(
                            "%s is there already; restore into an empty directory"
                                    .formatted(directory.path().resolve(name)));
                }
            }
            try (var database = CentreDatabase.open(config, data)) {
                var content = Backup.restore(in, database);
                keep(directory.path(), content.files());
                return content;
            }
        } catch (Backup.BadBackupException | DatabaseException | IOException e) {
            throw new StartException("%s could not be restored: %s".formatted(file, text(e)));
        }
    }

    private static void keep(Path directory, Map<String, String> files) throws IOException {
        for (var file : files.entrySet()) {
            if (FILES.contains(file.getKey())) {
                SecretFile.write(directory.resolve(file.getKey()), file.getValue());
            }
        }
    }

    private static String text(Exception e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }
}
