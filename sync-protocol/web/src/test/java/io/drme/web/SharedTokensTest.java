package io.drme.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.testing.ManualClock;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedTokensTest {
    @TempDir private Path directory;

    private String opened(String member) throws Exception {
        var data = Files.createDirectories(directory.resolve(member));
        var shared =
                new Access.Shared(
                        "cluster",
                        member,
                        new TextFile(directory.resolve("users")),
                        new TextFile(directory.resolve("sessions")),
                        new TextFile(directory.resolve("tokens")));
        assertThat(Access.open(data, shared, new ManualClock()).users()).isNotNull();
        return Secrets.hash(Access.token(data).orElseThrow());
    }

    // The token of a deleted file let its holder in for ever.
    @Test
    void aTokenIsRevokedByDeletingItsFileAndStartingAgain() throws Exception {
        var first = opened("one");
        var other = opened("two");
        assertThat(opened("one")).isEqualTo(first);
        Files.delete(directory.resolve("one").resolve("token"));
        var second = opened("one");
        assertThat(second).isNotEqualTo(first);
        assertThat(Files.readString(directory.resolve("tokens")))
                .doesNotContain(first)
                .contains("one " + second)
                .contains("two " + other);
        assertThat(Files.readAllLines(directory.resolve("tokens"))).hasSize(2);
    }
}
