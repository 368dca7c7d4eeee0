package io.drme.simulation;

import io.drme.cloud.store.DatabaseException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
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
     * Which world: two runs with equal settings are equal in everything.
     *
     * @param bug a mistake that is made on purpose; {@link PlantedBug#NONE} for the product as it
     *     is
     */
    public record Setting(long seed, WorldSize size, PlantedBug bug) {
        /** The command that runs this world again. */
        public String replay() {
            return "./drme simulate --seeds %d-%d --world %s%s"
                    .formatted(
                            seed,
                            seed,
                            size.text(),
                            bug == PlantedBug.NONE ? "" : " --bug " + bug.text());
        }
    }

    /**
     * What came of a world.
     *
     * @param digest equal for two runs in which everything was equal, each byte on the wire too
     * @param figures what happened, in numbers
     * @param failure what did not hold; absent where all did
     */
    public record Result(
            Setting setting, String digest, String figures, Optional<Failure> failure) {

        /** What a person is told of a failure: what led to it, what it is, how to see it again. */
        public String report() {
            var what = failure.map(f -> f.trace() + "\n\n" + f.what()).orElse("all held");
            return "%s%nseed %d, digest %s%nreplay: %s"
                    .formatted(what, setting.seed, digest, setting.replay());
        }
    }

    /**
     * What did not hold.
     *
     * @param cause a {@link BrokenInvariant}, or what a part of the product threw
     * @param trace what happened before, newest last
     */
    public record Failure(Throwable cause, String trace) {
        private String what() {
            if (cause instanceof BrokenInvariant broken) {
                return "does not hold: " + broken.getMessage();
            }
            var text = new StringWriter();
            cause.printStackTrace(new PrintWriter(text));
            return text.toString();
        }
    }

    /**
     * Runs a world.
     *
     * @param out takes the whole trace, where there is one
     */
    public static Result run(Setting setting, @Nullable PrintWriter out) {
        try (var world = new World(setting, directory(), out)) {
            Optional<Failure> failure = Optional.empty();
            try {
                world.run();
            } catch (BrokenInvariant | RuntimeException e) {
                failure = Optional.of(new Failure(e, String.join("\n", world.newest(40))));
            }
            return new Result(setting, world.digest(), world.figures(), failure);
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
}
