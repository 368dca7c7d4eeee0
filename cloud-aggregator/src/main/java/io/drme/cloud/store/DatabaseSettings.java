package io.drme.cloud.store;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Which database the centre keeps its data in.
 *
 * @param url {@code jdbc:sqlite:FILE}, or {@code jdbc:postgresql://HOST[:PORT][,HOST[:PORT]]/NAME}
 * @param user role at a PostgreSQL server; empty means {@code drme}
 * @param passwordFile its password, one line; empty where the server asks for none
 * @param ca authority of the server's certificate: with it the connection is TLS, and the server
 *     has to be the named one; empty means plaintext
 * @param cluster name of the centre whose members share the database; empty means that it belongs
 *     to one process
 */
public record DatabaseSettings(
        String url,
        Optional<String> user,
        Optional<Path> passwordFile,
        Optional<Path> ca,
        Optional<String> cluster) {
    /** What the URL of a PostgreSQL server begins with. */
    public static final String POSTGRES = "jdbc:postgresql:";

    /** A database that needs nothing but its URL. */
    public static DatabaseSettings of(String url) {
        return new DatabaseSettings(
                url, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** The same, shared by the members of a cluster. */
    public DatabaseSettings sharedBy(String clusterName) {
        return new DatabaseSettings(url, user, passwordFile, ca, Optional.of(clusterName));
    }

    /** The SQLite database of a data directory. */
    public static DatabaseSettings in(Path directory) {
        return of("jdbc:sqlite:" + directory.resolve("drme.db"));
    }
}
