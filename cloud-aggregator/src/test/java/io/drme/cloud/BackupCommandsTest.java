package io.drme.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.FakeGateway;
import io.drme.cloud.store.SqlReceiverStore;
import io.drme.model.EpochId;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code drme-cloud backup} and {@code restore} as a person runs them. */
class BackupCommandsTest {
    @TempDir private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    @Test
    void aCentreThatRunsIsBackedUpAndTakesItsKeyAlong() throws Exception {
        var data = directory.resolve("data");
        var file = directory.resolve("centre.drme");
        var second = directory.resolve("second");
        var gateway = new FakeGateway("press-line-1", new EpochId(1, 1), 1, 2);
        // the directory and the database are in use, as by a running centre
        try (var _ = DataDirectory.take(data);
                var database = Database.openIn(data);
                var receiver = SqlReceiverStore.open(database)) {
            CentreKeyFile.open(data);
            receiver.inTransaction(t -> {
                t.insert(gateway.id(), gateway.catalogue("acme", Map.of()), Optional.empty(), 1);
                return true;
            });
            assertThat(run("backup", file.toString(), "--data", data.toString()))
                    .as(err.toString())
                    .isZero();
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(run("restore", file.toString(), "--data", second.toString()))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("1 blocks and events", "centre.key");
        assertThat(second.resolve("centre.key"))
                .hasSameTextualContentAs(data.resolve("centre.key"));
        try (var database = Database.openIn(second)) {
            assertThat(new BlockStore(database).gateways()).hasSize(1);
        }
    }

    @Test
    void whatCannotBeDoneSaysWhatToDo() throws Exception {
        var file = directory.resolve("centre.drme");
        assertThat(run("backup", file.toString(), "--data", directory.resolve("no").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("holds no database of a centre", "--data");
        Files.writeString(file, "something else");
        assertThat(run("restore", file.toString(), "--data", directory.resolve("b").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("is cut off or damaged");
        var taken = Files.createDirectories(directory.resolve("taken"));
        Files.writeString(taken.resolve("centre.key"), "secret 00");
        assertThat(run("restore", file.toString(), "--data", taken.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("restore into an empty directory");
    }
}
