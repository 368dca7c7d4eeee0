package io.drme.simulation;

import io.drme.cloud.store.DatabaseException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Runs a world of one seed from its beginning to its end. */
public final class Simulation {
    /** In memory where there is such a thing: the centre's database is synced often. */
    private static final Path MEMORY = Path.of("/dev/shm");

    private Simulation() {}

    /**
     * What came of a world.
     *
     * @param digest equal for two runs in which everything was equal, each byte on the wire too
     * @param figures what happened, in numbers
     * @param failure what did not hold; absent where all did
     */
    public record Result(String digest, String figures, Optional<Failure> failure) {}

    /**
     * What did not hold.
     *
     * @param cause a {@link BrokenInvariant}, or what a part of the product threw
     * @param trace what happened before, newest last
     */
    public record Failure(Throwable cause, String trace) {}

    /**
     * Runs a world.
     *
     * @param out takes the whole trace, where there is one
     */
    public static Result run(long seed, WorldSize size, PlantedBug bug, @Nullable PrintWriter out) {
        try (var world = new World(seed, size, bug, directory(), out)) {
            Optional<Failure> failure = Optional.empty();
            try {
                world.run();
            } catch (BrokenInvariant | RuntimeException e) {
                failure = Optional.of(new Failure(e, String.join("\n", world.newest(40))));
            }
            return new Result(world.digest(), world.figures(), failure);
        } catch (DatabaseException e) {
            throw new IllegalStateException("the centre's database can't be used", e);
        }
    }

    private static Path directory() {
        try {
            return Files.isWritable(MEMORY)
                    ? Files.createTempDirectory(MEMORY, "drme-simulation")
                    : Files.createTempDirectory("drme-simulation");
        } catch (IOException e) {
            throw new UncheckedIOException("there is no place for temporary files", e);
        }
    }

    /** The command that runs this world again. */
    public static String replay(long seed, WorldSize size) {
        return "./drme simulate --seeds %d-%d --world %s".formatted(seed, seed, size.text());
    }
}
