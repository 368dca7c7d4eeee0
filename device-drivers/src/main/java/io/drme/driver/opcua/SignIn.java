package io.drme.driver.opcua;

import java.nio.file.Path;

/** Who the agent says that it is, beyond its certificate. */
sealed interface SignIn {
    /** Nobody. */
    record Anonymous() implements SignIn {}

    /**
     * A user with a password.
     *
     * @param file holds the password in its first line
     */
    record Password(String user, Path file) implements SignIn {}

    /**
     * A user with a certificate and the key that goes with it, both PEM or DER.
     *
     * @param certificate the user's, not the agent's own
     * @param key its private key, not encrypted
     */
    record Certificate(Path certificate, Path key) implements SignIn {}
}
