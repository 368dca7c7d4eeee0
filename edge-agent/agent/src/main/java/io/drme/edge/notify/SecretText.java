package io.drme.edge.notify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads secrets from their files; neither message nor log ever holds one. No file of the agent's
 * own directory is one: whoever may write a configuration could have the administrator's token sent
 * to a receiver of theirs.
 */
final class SecretText {
    private static final int MOST_BYTES = 8_192;

    private final Path data;

    /**
     * Reads nothing yet.
     *
     * @param data the agent's directory
     */
    SecretText(Path data) {
        this.data = data;
    }

    /**
     * Why a file is none to name, and what to do; nothing where it may be.
     *
     * @param data the agent's directory
     */
    static Optional<String> unfit(Path file, Path data) {
        boolean isOwn =
                real(file).startsWith(real(data))
                        || file.toAbsolutePath()
                                .normalize()
                                .startsWith(data.toAbsolutePath().normalize());
        return isOwn
                ? Optional.of(
                        "'%s' lies in the agent's data directory, from which nothing is sent; put the secret elsewhere, such as /etc/drme, and name that file"
                                .formatted(file))
                : Optional.empty();
    }

    /** With links followed, as far as it is there. */
    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException _) {
            return path.toAbsolutePath().normalize();
        }
    }

    /**
     * The first line of a file.
     *
     * @param key names the file in the configuration
     * @throws IOException with what to do, where there is none
     */
    String read(String key, Path file) throws IOException {
        try {
            var real = file.toRealPath(); // one look: it is this one that is read
            var unfit = unfit(real, data);
            if (unfit.isPresent()) {
                throw new IOException(key + ": " + unfit.get());
            }
            if (Files.size(real) > MOST_BYTES) {
                throw new IOException(file + " is longer than 8 KiB, so no secret; check the path");
            }
            var text = Files.readString(real).strip();
            if (text.isEmpty() || text.indexOf('\n') >= 0) {
                throw new IOException(file + " does not hold one line with the secret");
            }
            return text;
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + file + "; check the path", e);
        } catch (java.nio.file.AccessDeniedException e) {
            throw new IOException(
                    "the agent's user may not read " + file + "; give it the right to", e);
        } catch (java.nio.charset.CharacterCodingException e) {
            throw new IOException(file + " is no text in UTF-8", e);
        }
    }
}
