package io.drme.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.web.client.CommandException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many gateways in one process, each with the real sender, at a real centre. */
@Timeout(180)
class FleetSystemTest {
    private static final int GATEWAYS = 200;
    private static final int TAGS = 20;
    private static final Pattern TOTALS =
            Pattern.compile("read (\\d+) · stored-at-centre (\\d+) · pending 0 · lost 0");

    @TempDir private Path folder;

    @Test
    void everySampleOfAFleetIsInTheCentreThoughLinesWereCut() throws Exception {
        try (var programs = new Programs(folder)) {
            programs.startCloud();
            programs.awaitReady(programs.cloudUrl());
            programs.startFleet(
                    List.of(
                            "--gateways", Integer.toString(GATEWAYS),
                            "--tags", Integer.toString(TAGS),
                            "--seal-every", "2s",
                            "--ramp", "2s",
                            "--outage", "0.2",
                            "--for", "11s"));
            int code = programs.ended("sim", Duration.ofMinutes(2));
            var said = programs.log("sim");
            assertThat(code).as(said).isZero();
            var totals = TOTALS.matcher(said);
            assertThat(totals.find()).as(said).isTrue();
            long read = Long.parseLong(totals.group(1));
            assertThat(read).isEqualTo(Long.parseLong(totals.group(2))).isPositive();
            assertThat(said).containsPattern("outages [1-9]").contains("KiB a gateway");
            assertThat(storedOf(programs)).isEqualTo(read);
            assertThat(
                            programs.listCloud(
                                    "/api/v1/latest",
                                    Map.of("match", gateway(GATEWAYS / 2) + "/**")))
                    .hasSize(TAGS);
        }
    }

    private static String gateway(int number) {
        return "sim-%05d".formatted(number);
    }

    /** What the centre has of all gateways, each of which balances. */
    private static long storedOf(Programs programs) throws CommandException, InterruptedException {
        assertThat(programs.listCloud("/api/v1/gateways", Map.of())).hasSize(GATEWAYS);
        long stored = 0;
        for (int i = 0; i < GATEWAYS; i++) {
            var account = programs.askCloud("/api/v1/reconcile", Map.of("gateway", gateway(i)));
            assertThat(account.getBoolean("balanced")).as(account.encode()).isTrue();
            assertThat(account.getLong("pending")).as(account.encode()).isZero();
            stored += account.getLong("stored");
        }
        return stored;
    }
}
