package io.drme.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes a folder of jars ready to run: takes signatures off, and trains the agent's AOT cache by
 * running the agent for a few seconds. Run once by the build, in the folder's final place: the JVM
 * takes a cache only for the very jars that it was made from.
 */
public final class Prepare {
    private Prepare() {}

    /**
     * Prepares {@code arguments[0]}, with the launch folder {@code arguments[1]}. A cache that
     * can't be made is told on stderr and no failure: everything runs without it, only slower to
     * start.
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        var lib = Path.of(arguments[0]).toAbsolutePath();
        var launch = Path.of(arguments[1]).toAbsolutePath();
        for (var jar : jars(lib)) {
            Signatures.strip(jar);
        }
        try (var training = new Training(lib, launch)) {
            training.run();
        } catch (IOException e) {
            System.err.println(
                    "drme: no AOT cache for the agent (%s); it starts without, a second later"
                            .formatted(e.getMessage()));
        }
    }

    private static List<Path> jars(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".jar")).sorted().toList();
        }
    }
}
