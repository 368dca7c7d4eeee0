package io.drme.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.sim.line.TcpLine;
import io.drme.web.client.CommandException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody at the centre acknowledges an alarm while the line is down: the command waits, goes down
 * to the gateway as soon as the line is back, and what the gateway did comes back as an event.
 */
class AcknowledgeSystemTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final Map<String, String> ALL = Map.of("from", "2020-01-01T00:00:00Z");

    @TempDir private Path folder;

    @Test
    void anAcknowledgementAtTheCentreReachesTheGatewayAndComesBack() throws Exception {
        try (var programs = new Programs(folder);
                var line = new TcpLine(programs.mqttPort)) {
            programs.startSimulators();
            programs.startCloud();
            programs.startAgent(line.port());
            programs.awaitReady(programs.cloudUrl());
            programs.awaitReady(programs.agentUrl());
            var id = anAlarmAtTheCentre(programs);

            line.cut();
            programs.postCloud(
                    "/api/v1/alarms/%s/comment".formatted(id),
                    new JsonObject().put("comment", "cooler checked"));
            var answer =
                    programs.postCloud(
                            "/api/v1/alarms/%s/acknowledge".formatted(id), new JsonObject());
            assertThat(answer.getString("result")).isEqualTo("sent");
            assertThat(atGateway(programs, id).getValue("acknowledgedAt"))
                    .as("the line is cut, so the gateway can't know")
                    .isNull();

            line.mend();
            Programs.await(
                    "the gateway has it acknowledged",
                    LIMIT,
                    () -> atGateway(programs, id).getValue("acknowledgedAt") != null);
            Programs.await(
                    "the centre was told",
                    LIMIT,
                    () -> atCentre(programs, id).getValue("acknowledgedAt") != null);

            var here = atGateway(programs, id);
            assertThat(here.getString("acknowledgedBy")).isNotBlank();
            assertThat(here.getString("comment")).isEqualTo("cooler checked");
            assertThat(here.getString("state")).isIn("acknowledged", "normal");
            var there = atCentre(programs, id);
            for (var field : new String[] {"acknowledgedBy", "acknowledgedAt"}) {
                assertThat(there.getString(field))
                        .as("both tell the same of who and when")
                        .isEqualTo(here.getString(field));
            }
            // Somebody was quicker: said, and nothing is sent.
            assertThatThrownBy(() ->
                            programs.postCloud(
                                    "/api/v1/alarms/%s/acknowledge".formatted(id),
                                    new JsonObject()))
                    .isInstanceOf(CommandException.class)
                    .hasMessageContaining("can't be handled by 'acknowledge'");
        }
    }

    private static String anAlarmAtTheCentre(Programs programs) throws InterruptedException {
        var found = new AtomicReference<>("");
        Programs.await(
                "an alarm that waits for somebody is at the centre",
                LIMIT,
                () -> {
                    var items = programs.listCloud("/api/v1/alarms", ALL);
                    for (int i = 0; i < items.size(); i++) {
                        var state = items.getJsonObject(i).getString("state");
                        if (state.equals("unacknowledged") || state.equals("returned")) {
                            found.set(items.getJsonObject(i).getString("id"));
                        }
                    }
                    return !found.get().isEmpty();
                });
        return found.get();
    }

    private static JsonObject atCentre(Programs programs, String id)
            throws CommandException, InterruptedException {
        return one(programs.listCloud("/api/v1/alarms", ALL), id);
    }

    private static JsonObject atGateway(Programs programs, String id)
            throws CommandException, InterruptedException {
        return one(programs.askAgent("/api/v1/alarms", ALL).getJsonArray("items"), id);
    }

    private static JsonObject one(JsonArray items, String id) {
        for (int i = 0; i < items.size(); i++) {
            if (items.getJsonObject(i).getString("id").equals(id)) {
                return items.getJsonObject(i);
            }
        }
        throw new AssertionError("no alarm " + id + " in " + items.encode());
    }
}
