package io.drme.edge.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code connections:}: one line, written once, for several devices. */
class ConnectionsTest {
    private static final String TOP =
            """
            gateway: {id: g}
            connections:
              bus-1: {url: "tcp://10.0.4.17:502", gap: 50ms, timeout: 250ms}
            profiles:
              meter: {driver: modbus, tags: {t: {address: "coil:1"}}}
            devices:
              meter-7: {profile: meter, connection: bus-1, unit-id: 7}
              meter-8: {profile: meter, connection: bus-1, unit-id: 8, gap: 20ms, timeout: 2s}
            """;

    @TempDir private Path temp;

    private ConfigFolder folder;

    @BeforeEach
    void startWithTheTopFile() throws Exception {
        folder = new ConfigFolder(temp).with("gateway.yaml", TOP);
    }

    private ConfigFolder with(String from, String to) throws Exception {
        assertThat(TOP).contains(from);
        return folder.with("gateway.yaml", TOP.replace(from, to));
    }

    @Test
    void devicesTakeItsUrlAndItsTimes() throws Exception {
        assertThat(folder.device("meter-7").url()).isEqualTo("tcp://10.0.4.17:502");
        assertThat(folder.device("meter-7").timeout()).isEqualTo(Duration.ofMillis(250));
        assertThat(folder.device("meter-7").settings()).asString().contains("gap=PT0.05S");
    }

    @Test
    void whatADeviceSaysItselfWins() throws Exception {
        assertThat(folder.device("meter-8").timeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(folder.device("meter-8").settings()).asString().contains("gap=PT0.02S");
    }

    @Test
    void whatAProfileSaysWinsToo() throws Exception {
        with("{driver: modbus, tags", "{driver: modbus, timeout: 750ms, tags");

        assertThat(folder.device("meter-7").timeout()).isEqualTo(Duration.ofMillis(750));
        assertThat(folder.device("meter-8").timeout()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void anUnknownNameIsRefusedWithTheNearest() throws Exception {
        with("connection: bus-1, unit-id: 7", "connection: bus-2, unit-id: 7");

        assertThat(folder.problems())
                .containsExactly(
                        "gateway.yaml:7: devices.meter-7.connection: 'bus-2' is not under 'connections' (did you mean 'bus-1'?); allowed: bus-1");
    }

    @Test
    void urlAndConnectionTogetherAreRefused() throws Exception {
        with("unit-id: 7", "unit-id: 7, url: \"tcp://h\"");

        assertThat(folder.problems())
                .containsExactly(
                        "gateway.yaml:7: devices.meter-7.connection: give either 'url' or 'connection', not both");
    }

    /** Two devices take it, but the mistake stands in one place. */
    @Test
    void aBadUrlIsShownAtTheConnection() throws Exception {
        with("tcp://10.0.4.17:502", "tcp://10.0.4.17:99999");

        assertThat(folder.problems())
                .singleElement()
                .asString()
                .startsWith(
                        "gateway.yaml:3: devices.meter-7.url: 'tcp://10.0.4.17:99999' is not a Modbus URL");
    }

    @Test
    void aBadTimeIsShownAtTheConnection() throws Exception {
        with("gap: 50ms", "gap: 50");

        assertThat(folder.problems())
                .containsExactly(
                        "gateway.yaml:3: connections.bus-1.gap: '50' is not a time with its unit, such as 50ms; give one");
    }

    @Test
    void aTimeBeyondTheDriversLimitIsShownAtTheConnection() throws Exception {
        with("timeout: 250ms", "timeout: 1h");

        assertThat(folder.problems())
                .containsExactly(
                        "gateway.yaml:3: devices.meter-7.timeout: 1h is outside 10ms to 5m; give one within");
    }

    @Test
    void aConnectionWithoutUrlIsOneProblem() throws Exception {
        with("url: \"tcp://10.0.4.17:502\", ", "");

        assertThat(folder.problems())
                .containsExactly("gateway.yaml:3: connections.bus-1.url: is missing; add it");
    }

    @Test
    void aMistypedKeyIsShownWithTheNearest() throws Exception {
        with("timeout: 250ms", "timeuot: 250ms");

        assertThat(folder.problems())
                .containsExactly(
                        "gateway.yaml:3: connections.bus-1.timeuot: is not a known key (did you mean 'timeout'?); known here: gap, timeout, url, warm-up");
    }
}
