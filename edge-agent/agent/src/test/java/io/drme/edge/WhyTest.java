package io.drme.edge;

import static io.drme.edge.RunningGateway.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code drme-agent why TAG} as a person runs it beside a running agent. */
class WhyTest {
    private static final String CONFIG =
            """
            gateway: {id: line-1, site: acme/test}
            devices:
              press:
                driver: modbus
                url: "@press@"
                poll: 100ms
                timeout: 2s
                merge-gap: 0
                tags:
                  level: {address: "holding:10", type: uint16, unit: Cel}
                  nowhere: {address: "holding:500", type: uint16}
                  small: {address: "holding:10", type: uint16, range: [0, 1]}
            pipelines:
              twice: {from: ["press/level"], steps: [{map: "value * 2"}], to: ["twice/{tag}"]}
            store: {sync-every: 50ms}
            web: {listen: "127.0.0.1:0"}
            """;

    @TempDir private Path folder;

    private PlayedLine line;
    private String url = "";

    @BeforeEach
    void startLine() throws Exception {
        line = PlayedLine.start();
    }

    @AfterEach
    void stopLine() {
        line.close();
    }

    private RunningGateway start() throws Exception {
        var file = folder.resolve("gateway.yaml");
        Files.writeString(file, CONFIG.replace("@press@", line.url("press")));
        var gateway = RunningGateway.start(file, folder.resolve("data"));
        url = gateway.url().toString();
        await("all was read", () -> quality(gateway, "press/level").equals("good"));
        return gateway;
    }

    private static String quality(RunningGateway gateway, String tag) {
        return gateway.items("/api/v1/latest?match=line-1/" + tag).getFirst().getString("quality");
    }

    private String why(int exitCode, String... arguments) {
        var out = new StringWriter();
        var all = new ArrayList<>(List.of("why", "--url", url));
        all.addAll(List.of("--data", folder.resolve("data").toString()));
        all.addAll(List.of(arguments));
        var writer = new PrintWriter(out, true);
        int code = Main.run(writer, writer, Map.of(), all.toArray(String[]::new));
        assertThat(code).as(out.toString()).isEqualTo(exitCode);
        return out.toString();
    }

    @Test
    void ofAGoodTagWhatWasAskedAndAnsweredAndWhenItIsAskedAgain() throws Exception {
        try (var gateway = start()) {
            assertThat(quality(gateway, "press/level")).isEqualTo("good");
            assertThat(why(0, "press/level"))
                    .containsPattern("value +50 Cel")
                    .containsPattern("quality +good")
                    .containsPattern("last good value +50 Cel")
                    .containsPattern("last request +.* 00 06 01 03 00 0a 00 01")
                    .containsPattern("last answer +.* 00 05 01 03 02 00 32")
                    .containsPattern("error +-")
                    .containsPattern("next try +with the next poll, every 100ms");
        }
    }

    // The neighbour's exchange comes after it and is good: that must not be shown in its place.
    @Test
    void ofATagThatTheDeviceRefusesItsOwnExchange() throws Exception {
        try (var gateway = start()) {
            await("it is refused", () -> quality(gateway, "press/nowhere").equals("bad"));
            assertThat(why(0, "press/nowhere"))
                    .containsPattern("quality +bad")
                    .containsPattern("reason +unknown-address")
                    .containsPattern("last good value +-")
                    .containsPattern("last request +.* 01 03 01 f4 00 01")
                    .containsPattern("last answer +.* 01 83 02")
                    .containsPattern("error +.*holding:500.*exception 2")
                    .containsPattern("next try +.*asked for again after 30s");
            assertThat(why(0, "press/small"))
                    .containsPattern("reason +out-of-range")
                    .containsPattern("error +what was read is bad: out-of-range");
        }
    }

    @Test
    void ofALostDeviceTheLastGoodValueTheErrorAndTheNextTry() throws Exception {
        try (var gateway = start()) {
            line.close();
            await("it is lost", () -> quality(gateway, "press/level").equals("bad"));
            assertThat(why(0, "press/level"))
                    .containsPattern("value +-")
                    .containsPattern("reason +comms-lost")
                    .containsPattern("last good value +50 Cel")
                    .containsPattern("last good time +20")
                    .containsPattern("device state +unreachable")
                    .containsPattern("last request +.* 01 03 00 0a 00 01")
                    .containsPattern("error +press ")
                    .containsPattern("next try +the device is tried again at 20");
        }
    }

    @Test
    void ofADerivedTagThatAPipelineMakesIt() throws Exception {
        try (var gateway = start()) {
            await("it is derived", () -> quality(gateway, "twice/press/level").equals("good"));
            assertThat(why(0, "twice/press/level"))
                    .containsPattern("read from +pipeline")
                    .containsPattern("last request +-")
                    .containsPattern("next try +when its pipeline makes one");
            assertThat(why(0, "press/level", "-o", "json")).contains("\"exchange\"");
            assertThat(why(1, "press/nothing")).contains("there is no tag 'press/nothing' here");
        }
    }
}
