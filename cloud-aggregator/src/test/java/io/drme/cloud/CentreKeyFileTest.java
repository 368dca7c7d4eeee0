package io.drme.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CentreKeyFileTest {
    @TempDir private Path data;

    @Test
    void theKeyIsMadeOnceAndForItsOwnerOnly() throws Exception {
        var first = CentreKeyFile.open(data);
        assertThat(CentreKeyFile.open(data).current().verifyKey())
                .isEqualTo(first.current().verifyKey());
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(data.resolve("centre.key"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aRotatedKeyIsVouchedForAndTheOldSecretIsGone() throws Exception {
        var first = CentreKeyFile.open(data);
        var out = new StringWriter();
        assertThat(
                        Main.run(
                                new PrintWriter(out, true),
                                new PrintWriter(new StringWriter(), true),
                                "rotate-key",
                                "--data",
                                data.toString()))
                .isZero();
        var second = CentreKeyFile.open(data);
        assertThat(second.current().verifyKey()).isNotEqualTo(first.current().verifyKey());
        assertThat(out.toString()).contains(second.current().verifyKey().id());
        assertThat(second.successions())
                .singleElement()
                .satisfies(s -> {
                    assertThat(s.next()).isEqualTo(second.current().verifyKey());
                    assertThat(s.seal().keyId()).contains(first.current().verifyKey().id());
                });
        var old = HexFormat.of().formatHex(first.current().seed());
        var now = HexFormat.of().formatHex(second.current().seed());
        assertThat(Files.readString(data.resolve("centre.key"))).doesNotContain(old).contains(now);
        assertThat(out.toString()).doesNotContain(old).doesNotContain(now);
    }

    @Test
    void aDamagedFileIsNeverReplacedByANewKey() throws Exception {
        for (var text : new String[] {"", "secret 12\n", "secret " + "0".repeat(64) + "\nx y\n"}) {
            Files.writeString(data.resolve("centre.key"), text);
            assertThatThrownBy(() -> CentreKeyFile.open(data))
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("centre.key")
                    .hasMessageContaining("backup");
            assertThat(Files.readString(data.resolve("centre.key"))).isEqualTo(text);
        }
    }
}
