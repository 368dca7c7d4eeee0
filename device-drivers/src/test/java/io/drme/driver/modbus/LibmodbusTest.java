package io.drme.driver.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.drme.driver.DeviceFixture;
import io.drme.driver.Driver;
import io.drme.driver.PolledDriver;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.time.SystemClock;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Our driver reads a server that somebody else wrote: libmodbus, in C. */
@Timeout(60)
class LibmodbusTest {
    private static final Path SOURCE = Path.of("src/test/c/libmodbus_server.c");
    private static final long LIMIT_SECONDS = 30;

    @TempDir private Path directory = Path.of("");

    /** Skips, but fails where CI=true: there a missing peer is a mistake of the set-up. */
    private static void missing(String what) {
        if ("true".equals(System.getenv("CI"))) {
            fail("CI=true, and " + what);
        }
        abort("SKIPPED: " + what);
    }

    private Path compiled() throws IOException, InterruptedException {
        var program = directory.resolve("libmodbus-server");
        Process compiler;
        try {
            compiler =
                    new ProcessBuilder(
                                    "cc", "-o", program.toString(), SOURCE.toString(), "-lmodbus")
                            .redirectErrorStream(true)
                            .start();
        } catch (IOException e) {
            missing("there is no C compiler 'cc': " + e.getMessage());
            throw e;
        }
        var output = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (compiler.waitFor() != 0) {
            missing("libmodbus-dev is missing or does not compile: " + output);
        }
        return program;
    }

    private static String device(int port) {
        return """
        url: "tcp://127.0.0.1:%d"
        tags:
          abcd: {address: "holding:100", type: float32, order: abcd}
          badc: {address: "holding:102", type: float32, order: badc}
          cdab: {address: "holding:104", type: float32, order: cdab}
          dcba: {address: "holding:106", type: float32, order: dcba}
          plain: {address: "holding:9", type: uint16}
          input: {address: "input:499", type: uint16}
          coil: {address: "coil:9", type: bool}
          other-coil: {address: "coil:10", type: bool}
          discrete: {address: "discrete:25", type: bool}
          beyond: {address: "input:500", type: uint16}
        """
                .formatted(port);
    }

    @Test
    void readsAllAreasTypesAndOrdersOfAForeignServer() throws Exception {
        var server =
                new ProcessBuilder(compiled().toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (BufferedReader out = server.inputReader()) {
            int port = Integer.parseInt(out.readLine());
            var factory = new ModbusDriverFactory();
            var fixture = DeviceFixture.of("peer", factory, device(port));
            var clock = new SystemClock();
            try (Driver driver =
                    factory.create(fixture.spec(), fixture.groups(), directory, clock)) {
                driver.connect();
                var batch = new Batch();
                ((PolledDriver) driver).poll(0, batch);
                check(fixture, batch);
            }
        } finally {
            server.getOutputStream().close();
            server.destroy();
            assertThat(server.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static void check(DeviceFixture fixture, Batch batch) {
        assertThat(batch.size()).isEqualTo(10);
        for (int i = 0; i < batch.size(); i++) {
            int tag = batch.tags()[i];
            var path =
                    fixture.spec().tags().get(tag - DeviceFixture.FIRST_TABLE_INDEX).name().text();
            if (path.equals("peer/beyond")) {
                assertThat(batch.qualities()[i]).isEqualTo(Quality.bad(Reason.UNKNOWN_ADDRESS));
                continue;
            }
            assertThat(batch.qualities()[i]).as(path).isEqualTo(Quality.GOOD);
            switch (path) {
                case "peer/plain" -> assertThat(batch.bits()[i]).isEqualTo(9 * 7 + 1);
                case "peer/input" -> assertThat(batch.bits()[i]).isEqualTo(499 * 11 + 2);
                case "peer/coil", "peer/discrete" -> assertThat(batch.bits()[i]).isEqualTo(1);
                case "peer/other-coil" -> assertThat(batch.bits()[i]).isZero();
                default -> assertThat(batch.doubleAt(i)).as(path).isEqualTo(81.3);
            }
        }
    }
}
