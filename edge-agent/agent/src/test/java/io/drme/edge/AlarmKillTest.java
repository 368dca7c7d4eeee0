package io.drme.edge;

import static io.drme.edge.RunningGateway.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.drme.time.SystemClock;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real program, killed with SIGKILL between the raise of an alarm and its acknowledgement, 25
 * times: nothing that anybody was told is lost, and nothing is twice.
 *
 * <p>Planted and found: people are told before the record is on disk.
 */
class AlarmKillTest {
    private static final int KILLS = 25;
    private static final int LONGEST_MILLIS = 150;
    private static final int HOT = 90;
    private static final int COLD = 50;
    private static final String ALL = "/api/v1/alarms?from=2000-01-01T00:00:00Z&limit=1000";

    private static final String CONFIG =
            """
            gateway: {id: line-1, site: acme/test}
            devices:
              press:
                driver: modbus
                url: "@press@"
                unit-id: 1
                poll: 20ms
                timeout: 2s
                tags:
                  level: {address: "holding:10", type: uint16}
            alarms:
              too-high: {tag: "press/level", high: 80, priority: high, first-out: trip, message: "Too high", action: "Look"}
            store: {sync-every: 100ms, seal-every: 2s}
            web: {listen: "127.0.0.1:0"}
            """;

    @TempDir private Path folder;

    private final SystemClock clock = new SystemClock();
    private final Random random = new Random(Long.getLong("drme.seed", 1));

    @Test
    void nothingIsLostOrTwiceBetweenRaiseAndAcknowledgement() throws Exception {
        try (var line = PlayedLine.start()) {
            Files.writeString(
                    folder.resolve("gateway.yaml"), CONFIG.replace("@press@", line.url("press")));
            var agent = new AgentProcess(folder);
            try {
                agent.awaitRunning();
                for (int kill = 1; kill <= KILLS; kill++) {
                    line.write("press", PlayedLine.LEVEL, HOT);
                    var told = untilKilled(agent, kill);
                    agent.close();
                    agent = new AgentProcess(folder);
                    agent.awaitRunning();
                    acknowledged(agent, told, kill);
                    line.write("press", PlayedLine.LEVEL, COLD);
                    var after = agent;
                    await("it is over", () -> after.items("/api/v1/alarms").isEmpty());
                }
                checkTheEnd(agent);
            } finally {
                agent.close();
            }
        }
    }

    /** Kills it at a moment; gives the id that somebody was told, empty where nobody was. */
    private String untilKilled(AgentProcess agent, int kill) throws Exception {
        var told = "";
        if (kill % 2 == 0) {
            await("the alarm", () -> !agent.items("/api/v1/alarms").isEmpty());
            told = agent.items("/api/v1/alarms").getFirst().getString("id");
        }
        clock.sleep(Duration.ofMillis(random.nextInt(LONGEST_MILLIS))); // the kill's moment
        if (kill % 2 != 0) {
            told =
                    agent.items("/api/v1/alarms").stream()
                            .map(a -> a.getString("id"))
                            .findFirst()
                            .orElse("");
        }
        agent.kill();
        return told;
    }

    private static void acknowledged(AgentProcess agent, String told, int kill) throws Exception {
        await("the alarm after kill " + kill, () -> !agent.items("/api/v1/alarms").isEmpty());
        var open = agent.items("/api/v1/alarms");
        assertThat(open).as("kill %d", kill).hasSize(1);
        var id = open.getFirst().getString("id");
        if (!told.isEmpty()) {
            assertThat(id).as("kill %d: what somebody was told", kill).isEqualTo(told);
        }
        assertThat(open.getFirst().getString("state")).isEqualTo("unacknowledged");
        var answer =
                agent.post(
                        "/api/v1/alarms/" + id + "/acknowledge",
                        new JsonObject().put("comment", "kill " + kill));
        assertThat(answer.getString("state")).isEqualTo("acknowledged");
    }

    private static void checkTheEnd(AgentProcess agent) throws Exception {
        var ids = new HashSet<String>();
        for (var one : agent.items(ALL)) {
            assertThat(ids.add(one.getString("id"))).isTrue();
            assertThat(one.getBoolean("firstOut")).isTrue();
            var steps =
                    agent
                            .get("/api/v1/alarms/" + one.getString("id"))
                            .getJsonArray("steps")
                            .stream()
                            .map(JsonObject.class::cast)
                            .map(s -> s.getString("from") + ">" + s.getString("to"))
                            .toList();
            assertThat(steps)
                    .as(one.encode())
                    .isEqualTo(
                            List.of(
                                    "normal>unacknowledged",
                                    "unacknowledged>acknowledged",
                                    "acknowledged>normal"));
        }
        assertThat(ids).hasSize(KILLS);
        var rate = agent.get("/api/v1/alarms/summary").getJsonObject("rate");
        assertThat(rate.getInteger("total")).isEqualTo(KILLS);
    }
}
