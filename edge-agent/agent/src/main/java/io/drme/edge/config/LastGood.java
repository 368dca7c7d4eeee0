package io.drme.edge.config;

import io.drme.edge.state.DurableFile;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * The configuration that ran last, whole in one file, and its version. Written to a new file,
 * synced and renamed, so that a power cut leaves the old one or the new one.
 *
 * <p>Confined to the thread that loads configurations.
 */
public final class LastGood {
    private static final String FILE = "last-good.yaml";
    private static final String VERSION_FILE = "configuration.version";

    private final Path directory;

    /** Keeps it in the data directory. */
    public LastGood(Path directory) {
        this.directory = directory;
    }

    /** Where it lies. */
    public Path file() {
        return directory.resolve(FILE);
    }

    /** Whether there is one. */
    public boolean exists() {
        return Files.exists(file());
    }

    /**
     * Keeps a configuration that runs.
     *
     * @return its version: from 1, one more with each configuration that differs from the one
     *     before
     */
    public long keep(GatewayConfig.Source source) throws IOException {
        var known = version();
        if (source.hash().equals(known.getProperty("hash")) && exists()) {
            return number(known);
        }
        long next = number(known) + 1;
        DurableFile.replace(directory, FILE, source.yaml());
        DurableFile.replace(
                directory, VERSION_FILE, "version=%d%nhash=%s%n".formatted(next, source.hash()));
        return next;
    }

    private static long number(Properties known) {
        return Long.parseLong(known.getProperty("version", "0"));
    }

    private Properties version() {
        var known = new Properties();
        var file = directory.resolve(VERSION_FILE);
        try {
            if (Files.exists(file)) {
                known.load(new StringReader(Files.readString(file)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + file, e);
        }
        return known;
    }
}
