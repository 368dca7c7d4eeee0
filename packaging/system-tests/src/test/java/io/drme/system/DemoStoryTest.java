package io.drme.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.demo.Story;
import io.drme.web.client.CommandException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The story that {@code ./drme demo} tells, without a browser: simulators and gateway are the
 * demo's, and the person is this test, over the interface that the page uses.
 */
class DemoStoryTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir private Path folder;

    private static JsonArray alarms(Programs programs)
            throws CommandException, InterruptedException {
        return programs.askAgent("/api/v1/alarms", Map.of("from", "2020-01-01T00:00:00Z"))
                .getJsonArray("items");
    }

    private static Object horn(Programs programs) throws CommandException, InterruptedException {
        var items =
                programs.askAgent("/api/v1/latest", Map.of("match", "press-line-1/cabinet/horn"))
                        .getJsonArray("items");
        return items.isEmpty() ? "none" : items.getJsonObject(0).getValue("value");
    }

    /** The demo's plant, with oil that is hot for longer and oftener, so that nobody is late. */
    private Path plant(Programs programs) throws Exception {
        try (var in = Programs.class.getResourceAsStream("/scenarios/press-line.yaml")) {
            var text =
                    new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            return Files.writeString(
                    folder.resolve("plant.yaml"),
                    text.replace(
                                    "sine: {mean: 70, amplitude: 14.142",
                                    "sine: {mean: 77, amplitude: 14.142")
                            .replace("period: 60s}}}", "period: 40s}}}")
                            .replace("127.0.0.1:1502", "127.0.0.1:" + programs.press)
                            .replace("127.0.0.1:4840", "127.0.0.1:" + programs.boiler)
                            .replace("127.0.0.1:9300", "127.0.0.1:" + programs.cabinet));
        }
    }

    @Test
    void theOilRunsHotSomebodyReadsWhatToDoAndAcknowledgesAndTheAlarmReturns() throws Exception {
        var story = new Story();
        var told = new ArrayList<String>();
        try (var programs = new Programs(folder)) {
            programs.startSimulators(plant(programs));
            programs.startAgent(programs.mqttPort);
            programs.awaitReady(programs.agentUrl());

            Programs.await(
                    "the oil runs hot",
                    LIMIT,
                    () -> {
                        told.addAll(story.see(alarms(programs)));
                        return !told.isEmpty();
                    });
            assertThat(told.getFirst()).contains("Oil is too hot", "Stop the press");
            Programs.await("the horn sounds", LIMIT, () -> Boolean.TRUE.equals(horn(programs)));

            Programs.await(
                    "somebody acknowledges all that waits, and the story ends",
                    LIMIT,
                    () -> {
                        acknowledgeWhatWaits(programs);
                        told.addAll(story.see(alarms(programs)));
                        return story.isOver();
                    });
            Programs.await(
                    "the horn is silent",
                    LIMIT,
                    () -> {
                        acknowledgeWhatWaits(programs);
                        return Boolean.FALSE.equals(horn(programs));
                    });
            assertThat(told)
                    .anyMatch(line -> line.contains("acknowledged it"))
                    .anyMatch(line -> line.startsWith("the oil is cool again"))
                    .last()
                    .asString()
                    .startsWith("the end");
        }
    }

    private static void acknowledgeWhatWaits(Programs programs)
            throws CommandException, InterruptedException {
        var ids = new ArrayList<String>();
        for (var item : alarms(programs)) {
            var alarm = (JsonObject) item;
            if (List.of("unacknowledged", "returned").contains(alarm.getString("state"))) {
                ids.add(alarm.getString("id"));
            }
        }
        for (var id : ids) {
            programs.postAgent("/api/v1/alarms/%s/acknowledge".formatted(id), new JsonObject());
        }
    }
}
