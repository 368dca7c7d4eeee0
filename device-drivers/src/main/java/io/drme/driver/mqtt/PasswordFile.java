package io.drme.driver.mqtt;

import io.drme.driver.DriverException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file that holds the password for a broker, as it is for OPC UA. */
final class PasswordFile {
    private PasswordFile() {}

    /**
     * Its first line as it stands, since a password may begin or end with a blank.
     *
     * @throws DriverException.Refused where it can't be read, or is empty
     */
    static byte[] read(BrokerLink.Target target, Path file) throws DriverException.Refused {
        String secret;
        try (var lines = Files.lines(file)) {
            secret = lines.findFirst().orElse("");
        } catch (IOException | UncheckedIOException e) {
            throw target.refused(
                    "was not called, as %s can't be read (%s); check the path, and that the user of the agent may read it"
                            .formatted(file, e.getClass().getSimpleName()),
                    e);
        }
        if (secret.isEmpty()) {
            throw target.refused(
                    "was not called, as %s is empty; write the password into its first line"
                            .formatted(file),
                    null);
        }
        return secret.getBytes(StandardCharsets.UTF_8);
    }
}
