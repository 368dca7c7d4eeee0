package io.drme.cloud.store;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.drme.testing.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The databases that every test of the store runs on. Of PostgreSQL one server serves all tests of
 * a process, with a database for each folder.
 */
public enum StoreKind {
    SQLITE {
        @Override
        public DatabaseSettings settings(Path directory) {
            return DatabaseSettings.in(directory);
        }

        @Override
        public Connection connect(Path directory) throws SQLException {
            return DriverManager.getConnection(settings(directory).url());
        }

        @Override
        public String bytes(String hex) {
            return "x'" + hex + "'";
        }
    },
    POSTGRES {
        @Override
        public DatabaseSettings settings(Path directory) throws Exception {
            var server = Shared.server();
            var marker = directory.resolve("database");
            if (!Files.exists(marker)) {
                Files.createDirectories(directory);
                int number = Shared.next++;
                server.createDatabase("t" + number);
                Files.writeString(marker, "t" + number);
                Files.writeString(directory.resolve("password"), PostgresServer.PASSWORD + "\n");
            }
            return new DatabaseSettings(
                    server.url(Files.readString(marker)),
                    Optional.of(PostgresServer.USER),
                    Optional.of(directory.resolve("password")),
                    Optional.empty(),
                    Optional.empty());
        }

        @Override
        public Connection connect(Path directory) throws Exception {
            return DriverManager.getConnection(
                    settings(directory).url(), PostgresServer.USER, PostgresServer.PASSWORD);
        }

        @Override
        public String bytes(String hex) {
            return "'\\x" + hex + "'::bytea";
        }
    };

    /** The server of all tests of this process; skips the test where none is installed. */
    public static PostgresServer server() throws IOException, InterruptedException {
        return Shared.server();
    }

    private static final class Shared {
        private static final ReentrantLock lock = new ReentrantLock();
        private static @Nullable PostgresServer server;
        private static int next = 1;

        static PostgresServer server() throws IOException, InterruptedException {
            lock.lock();
            try {
                if (server == null) {
                    requireInstalled();
                    server = PostgresServer.start("fsync=off");
                }
                return server;
            } finally {
                lock.unlock();
            }
        }
    }

    /** Skips the test where no PostgreSQL is installed, but not in CI. */
    public static void requireInstalled() {
        if (!PostgresServer.isInstalled()) {
            var missing = "PostgreSQL is missing; install the package postgresql";
            if (Boolean.parseBoolean(System.getenv("CI"))) {
                fail(missing);
            }
            System.err.println("SKIPPED: " + missing);
            abort(missing);
        }
    }

    /** What a centre is told to use the database of this folder; made where there is none. */
    public abstract DatabaseSettings settings(Path directory) throws Exception;

    /** A connection of the test's own, past the store. */
    public abstract Connection connect(Path directory) throws Exception;

    /** Bytes as they are written in SQL. */
    public abstract String bytes(String hex);

    /** The store's database in this folder. */
    public Database open(Path directory) throws Exception {
        return Database.open(settings(directory));
    }

    /** Bytes as they are written in SQL. */
    public String bytes(byte[] bytes) {
        return bytes(HexFormat.of().formatHex(bytes));
    }
}
