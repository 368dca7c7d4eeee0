package io.drme.edge.notify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads a secret from its file; neither message nor log ever holds it. */
final class SecretText {
    private static final int MOST_BYTES = 8_192;

    private SecretText() {}

    /**
     * The first line of a file.
     *
     * @throws IOException with what to do, where there is none
     */
    static String read(Path file) throws IOException {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new IOException(file + " is longer than 8 KiB, so no secret; check the path");
            }
            var text = Files.readString(file).strip();
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
