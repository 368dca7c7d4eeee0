package io.drme.sim.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.drme.sim.Plant;
import io.drme.testing.ManualClock;
import io.drme.testing.PtyPair;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client that somebody else wrote, mbpoll, understands our simulator. */
@Timeout(60)
class MbpollTest {
    private static final String PLANT =
            """
            devices:
              press:
                protocol: modbus
                listen: "LISTEN"
                units:
                  7:
                    points:
                      temperature: {address: "holding:200", type: float32, order: cdab, value: 81.5}
                      count: {address: "holding:300", type: uint16, value: 1234}
                      level: {address: "input:7", type: int16, value: -2}
                      running: {address: "coil:3", value: true}
                      ready: {address: "discrete:4", value: true}
            """;

    private Plant plant;

    @BeforeEach
    void start() throws Exception {
        plant = plant("127.0.0.1:0");
    }

    private static Plant plant(String listen) throws Exception {
        var plant =
                Plant.parse(
                        "plant.yaml",
                        PLANT.replace("LISTEN", listen),
                        Plant.Overrides.NONE,
                        new ManualClock());
        plant.start();
        return plant;
    }

    @AfterEach
    void stop() {
        plant.close();
    }

    private String mbpoll(String... arguments) throws IOException, InterruptedException {
        var port = String.valueOf(plant.address("press").getPort());
        return mbpoll(List.of("-m", "tcp", "-p", port), "127.0.0.1", arguments);
    }

    /**
     * Runs mbpoll once against unit 7, addresses from 0; skips where it is missing, but not in CI.
     */
    private static String mbpoll(List<String> mode, String device, String... arguments)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("mbpoll", "-a", "7", "-0", "-1", "-o", "10"));
        command.addAll(mode);
        var values = List.of(arguments).indexOf("--");
        int options = values < 0 ? arguments.length : values;
        command.addAll(List.of(arguments).subList(0, options));
        command.add(device);
        command.addAll(List.of(arguments).subList(options, arguments.length));
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            if ("true".equals(System.getenv("CI"))) {
                fail("CI=true, and 'mbpoll' is missing: install the package mbpoll", e);
            }
            abort("SKIPPED: 'mbpoll' is missing: install the package mbpoll");
            throw e;
        }
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out.replaceAll("[ \\t]+", " ");
    }

    @Test
    void mbpollReadsAllAreas() throws Exception {
        assertThat(mbpoll("-t", "4:float", "-r", "200")).contains("[200]: 81.5");
        assertThat(mbpoll("-t", "4", "-r", "300")).contains("[300]: 1234");
        assertThat(mbpoll("-t", "3", "-r", "7")).contains("[7]: 65534 (-2)");
        assertThat(mbpoll("-t", "0", "-r", "3")).contains("[3]: 1");
        assertThat(mbpoll("-t", "1", "-r", "4")).contains("[4]: 1");
    }

    @Test
    void mbpollReadsAndWritesOverASerialLine() throws Exception {
        try (var pty = PtyPair.open();
                var line = plant("rtu://" + pty.one() + "?baud=19200&parity=even")) {
            var mode = List.of("-m", "rtu", "-b", "19200", "-P", "even");
            assertThat(line.members().getFirst().device().listening())
                    .isEqualTo("rtu://" + pty.one() + "?baud=19200&parity=even&stop-bits=1");
            assertThat(mbpoll(mode, pty.other(), "-t", "4:float", "-r", "200"))
                    .contains("[200]: 81.5");
            assertThat(mbpoll(mode, pty.other(), "-t", "3", "-r", "7")).contains("65534 (-2)");
            assertThat(mbpoll(mode, pty.other(), "-t", "1", "-r", "4")).contains("[4]: 1");
            assertThat(mbpoll(mode, pty.other(), "-t", "4", "-r", "300", "--", "4321"))
                    .contains("Written 1 reference");
            assertThat(mbpoll(mode, pty.other(), "-t", "4", "-r", "300")).contains("[300]: 4321");
        }
    }

    @Test
    void mbpollReadsBackWhatItWrote() throws Exception {
        assertThat(mbpoll("-t", "4", "-r", "300", "--", "4321")).contains("Written 1 reference");
        assertThat(mbpoll("-t", "4", "-r", "300")).contains("[300]: 4321");
        assertThat(mbpoll("-t", "0", "-r", "3", "--", "0")).contains("Written 1 reference");
        assertThat(mbpoll("-t", "0", "-r", "3")).contains("[3]: 0");
    }
}
