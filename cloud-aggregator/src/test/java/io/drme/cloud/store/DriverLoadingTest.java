package io.drme.cloud.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.EpochId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A centre on SQLite pays nothing for the other database: neither memory nor time at the start. */
class DriverLoadingTest {
    @TempDir private Path directory;

    @Test
    void onSqliteNeitherTheOtherDriverNorItsPoolIsLoaded() throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var child =
                new ProcessBuilder(
                                List.of(
                                        java,
                                        "--enable-native-access=ALL-UNNAMED",
                                        "-XX:TieredStopAtLevel=1",
                                        "-XX:+UseSerialGC",
                                        "-Xlog:class+load:stdout",
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        Child.class.getName(),
                                        directory.toString()))
                        .redirectErrorStream(true)
                        .start();
        var loaded = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).as(loaded).isZero();
        assertThat(loaded)
                .contains("org.sqlite.JDBC ", "io.drme.cloud.store.SqliteDialect ")
                .doesNotContain("org.postgresql.", "com.zaxxer.", "PostgresDialect ");
    }

    /** Stores a block and reads it. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws Exception {
            var gateway = new FakeGateway("g", new EpochId(1, 1), 1, 3);
            var item = gateway.block(3);
            try (var database = Database.openIn(Path.of(arguments[0]));
                    var store = SqlReceiverStore.open(database)) {
                store.inTransaction(t -> {
                    t.insert(gateway.id(), item, Optional.empty(), 1);
                    return true;
                });
                if (new BlockStore(database).gateways().size() != 1) {
                    throw new IllegalStateException("not stored");
                }
            }
        }
    }
}
