package io.drme.sim.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The two commands as they are typed. */
@Timeout(60)
class RecordCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    @TempDir private Path folder;

    private int run(Object command, String... arguments) {
        return new CommandLine(command)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private String file() {
        return folder.resolve("a.rec").toString();
    }

    @Test
    void recordsForATimeAndSaysWhereItListens() throws Exception {
        int code =
                run(
                        new RecordCommand(),
                        "rtu-tcp://127.0.0.1:9",
                        "-o",
                        file(),
                        "--listen",
                        "0",
                        "--for",
                        "10ms");
        assertThat(code).isZero();
        assertThat(out.toString())
                .contains("listening=rtu-tcp://127.0.0.1:", "ready; stop with Ctrl-C")
                .contains("connections 0 · refused 0 · requests 0");
        assertThat(Files.readString(Path.of(file())))
                .startsWith("{\"drme-recording\":1,\"protocol\":\"modbus\"")
                .endsWith("\"is\":\"over\"}\n");
    }

    // The last line is written at the end only.
    @Test
    void aRecordingThatLacksItsEndFails() throws Exception {
        int code =
                run(
                        new RecordCommand(),
                        "rtu-tcp://127.0.0.1:9",
                        "-o",
                        file(),
                        "--listen",
                        "0",
                        "--for",
                        "10ms",
                        "--max-size",
                        "1B");
        assertThat(Files.readString(Path.of(file()))).doesNotContain("\"is\":\"over\"");
        assertThat(out.toString()).contains("left-out 1");
        assertThat(code).isEqualTo(1);
    }

    @Test
    void wrongUsageIsToldWithWhatWasExpected() {
        assertThat(run(new RecordCommand(), "ftp://x", "-o", file())).isEqualTo(2);
        assertThat(err.toString()).contains("is no URL of a device", "rtu-tcp://…");
        assertThat(run(new RecordCommand(), "tcp://h:1", "-o", file())).isEqualTo(2);
        assertThat(err.toString()).contains("--listen is missing");
        assertThat(run(new RecordCommand(), "tcp://h:1", "-o", file(), "--for", "10")).isEqualTo(2);
        assertThat(err.toString()).contains("--for: '10' is not a time with its unit");
        assertThat(run(new ReplayCommand(), file(), "--listen", "0", "--loop", "--once"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--loop and --once exclude each other");
        assertThat(run(new ReplayCommand(), file(), "--listen", "0", "--speed", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--speed: 0.0 is not above 0");
    }

    @Test
    void whatCantBeDoneIsToldWithTheFile() throws Exception {
        assertThat(run(new ReplayCommand(), file(), "--listen", "0")).isEqualTo(1);
        assertThat(err.toString()).contains("a.rec is not there");
        Files.writeString(Path.of(file()), "hello\n");
        assertThat(run(new ReplayCommand(), file(), "--listen", "0")).isEqualTo(1);
        assertThat(err.toString()).contains("a.rec line 1 is damaged");
        assertThat(run(new RecordCommand(), "tcp://h:1", "-o", file(), "--listen", "0"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("is not overwritten");
    }
}
