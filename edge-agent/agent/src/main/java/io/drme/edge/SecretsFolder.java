package io.drme.edge;

import io.drme.web.Problem;
import io.drme.web.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The only folder from which a page may name a file with a password: {@code secrets} beside
 * gateway.yaml. Any other path would let whoever asks send a file of this machine to a device of
 * their own. Safe for use from any thread; every call looks at the disk.
 */
final class SecretsFolder {
    private static final String OPTION = "--password-file=";

    private final Path folder;
    private final Path data;

    /**
     * Names it; it need not be there.
     *
     * @param configuration the file beside which it lies
     * @param data the agent's directory, of which no file is taken
     */
    SecretsFolder(Path configuration, Path data) {
        this.folder = configuration.toAbsolutePath().normalize().resolveSibling("secrets");
        this.data = data;
    }

    /**
     * Arguments with the real path of the password's file in the place of what was named.
     *
     * @throws ProblemException 400 where it is no file in the folder
     */
    List<String> in(List<String> arguments) {
        var result = new ArrayList<>(arguments);
        for (int i = 0; i < result.size() && !result.get(i).equals("--"); i++) {
            if (result.get(i).startsWith(OPTION)) {
                result.set(i, OPTION + file(result.get(i).substring(OPTION.length())));
            }
        }
        return result;
    }

    private Path file(String named) {
        try {
            var path = folder.resolve(named);
            for (var part : path) {
                if (part.toString().equals("..")) {
                    throw refused(named, "it has '..'");
                }
            }
            // What a link leads to counts, so that none leads out.
            var real = path.toRealPath();
            if (!real.startsWith(folder.toRealPath()) || real.startsWith(data.toRealPath())) {
                throw refused(named, "it is elsewhere");
            }
            if (!Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS)) {
                throw refused(named, "it is no file");
            }
            return real;
        } catch (IOException | InvalidPathException _) {
            throw refused(named, "there is no such file that can be read");
        }
    }

    private ProblemException refused(String named, String why) {
        return Problem.badBody(
                        "/passwordFile",
                        "'" + named + "' can't be taken: " + why,
                        "a file in " + folder + ", by its name; the folder is made by hand")
                .asException();
    }
}
