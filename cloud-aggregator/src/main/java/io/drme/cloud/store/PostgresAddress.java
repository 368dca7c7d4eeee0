package io.drme.cloud.store;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Properties;
import java.util.regex.Pattern;

/**
 * Where a PostgreSQL server is and as whom to go there. The password is read once, at the start.
 *
 * @param url of JDBC, without parameters
 * @param server its hosts and ports, for people
 * @param database its name
 * @param settings what else the configuration says
 */
record PostgresAddress(
        String url, String server, String database, DatabaseSettings settings, String password) {
    private static final Pattern FORM =
            Pattern.compile(
                    "jdbc:postgresql://((?:\\[[0-9a-fA-F:]+]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?(?:,(?:\\[[0-9a-fA-F:]+]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?)*)/([A-Za-z0-9_.-]+)");

    private static final String USUAL_USER = "drme";

    /** A server that does not answer the first packet within so long is away. */
    private static final int CONNECT_SECONDS = 5;

    /** An answer for which we wait longer does not come: the network, or the server, hangs. */
    private static final int ANSWER_SECONDS = 60;

    static PostgresAddress of(DatabaseSettings settings) throws DatabaseException {
        var matcher = FORM.matcher(settings.url());
        if (!matcher.matches()) {
            throw new DatabaseException(
                    "store.url is not jdbc:postgresql://HOST[:PORT][,HOST[:PORT]]/NAME, without anything behind it");
        }
        return new PostgresAddress(
                settings.url(), matcher.group(1), matcher.group(2), settings, password(settings));
    }

    private static String password(DatabaseSettings settings) throws DatabaseException {
        if (settings.passwordFile().isEmpty()) {
            return "";
        }
        var file = settings.passwordFile().get();
        try {
            var text = Files.readString(file).strip();
            if (text.isEmpty() || text.contains("\n")) {
                throw new DatabaseException(
                        "store.password-file=%s holds no password; expected one line"
                                .formatted(file));
            }
            return text;
        } catch (IOException e) {
            throw new DatabaseException(
                    "store.password-file=%s can't be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    String user() {
        return settings.user().orElse(USUAL_USER);
    }

    /** What a connection is made with. */
    Properties properties(String application) {
        var p = new Properties();
        p.setProperty("user", user());
        p.setProperty("password", password);
        p.setProperty("ApplicationName", application);
        p.setProperty("connectTimeout", Integer.toString(CONNECT_SECONDS));
        p.setProperty("loginTimeout", Integer.toString(2 * CONNECT_SECONDS));
        p.setProperty("socketTimeout", Integer.toString(ANSWER_SECONDS));
        p.setProperty("tcpKeepAlive", "true");
        // of several hosts the one that takes writes
        p.setProperty("targetServerType", "primary");
        p.setProperty("reWriteBatchedInserts", "true");
        // so that the server soon lets go of the locks of a machine that is gone
        p.setProperty(
                "options",
                "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3");
        if (settings.ca().isPresent()) {
            p.setProperty("sslmode", "verify-full");
            p.setProperty("sslrootcert", settings.ca().get().toString());
        } else {
            p.setProperty("sslmode", "disable");
        }
        return p;
    }

    /** Without the password. */
    @Override
    public String toString() {
        return url;
    }
}
