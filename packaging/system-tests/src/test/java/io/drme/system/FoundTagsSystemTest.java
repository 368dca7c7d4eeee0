package io.drme.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.web.client.CommandException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tags that nobody wrote down: a broker publishes on topics that a pattern matches, and the centre
 * has each under its own name, with its own values, from the first on, also after the gateway was
 * killed.
 */
class FoundTagsSystemTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String GATEWAY = "ward-box";
    private static final int BEDS = 3;

    /** Every value tells its bed: its millions. */
    private static final long A_BED = 1_000_000;

    @TempDir private Path folder;

    private Path scenario(int port) throws Exception {
        var topics = new StringBuilder();
        for (int bed = 1; bed <= BEDS; bed++) {
            topics.append(
                    "ward/Bed %d/pulse: {fields: {bpm: {value: {counter: {start: %d, every: 1s}}}}}, "
                            .formatted(bed, bed * A_BED));
        }
        return written(
                "plant.yaml",
                "devices:\n  wearables: {protocol: mqtt, listen: '127.0.0.1:%d', every: 500ms, topics: {%s}}\n"
                        .formatted(port, topics));
    }

    private Path configuration(int broker, Programs programs) throws Exception {
        return written(
                "gateway.yaml",
                """
                gateway: {id: %s, site: acme/test}
                devices:
                  wearables:
                    driver: mqtt
                    url: "mqtt://127.0.0.1:%d"
                    tags: {"{bed}/pulse": {address: "ward/{bed}/pulse", path: /bpm, type: int64}}
                store: {max-size: 64MiB, sync-every: 1s, seal-every: 2s}
                uplink: {url: "mqtt://127.0.0.1:%d"}
                web: {listen: "127.0.0.1:%d"}
                """
                        .formatted(GATEWAY, broker, programs.mqttPort, programs.agentPort));
    }

    private Path written(String name, String text) throws Exception {
        var file = folder.resolve(name);
        Files.writeString(file, text);
        return file;
    }

    private static List<String> tags() {
        var tags = new ArrayList<String>();
        for (int bed = 1; bed <= BEDS; bed++) {
            tags.add("wearables/bed-%d/pulse".formatted(bed));
        }
        return tags;
    }

    private static JsonArray history(Programs programs, String tag, boolean atCentre)
            throws CommandException, InterruptedException {
        var question =
                Map.of(
                        "gateway",
                        GATEWAY,
                        "tag",
                        tag,
                        "from",
                        "2020-01-01T00:00:00Z",
                        "to",
                        Programs.now());
        return atCentre
                ? programs.listCloud("/api/v1/history", question)
                : programs.listAgent("/api/v1/history", question);
    }

    private static void areGoodAtTheCentre(Programs programs, String after)
            throws InterruptedException {
        Programs.await(
                "all found tags at the centre, with values younger than " + after,
                LIMIT,
                () -> {
                    var names = new HashSet<String>();
                    for (var item :
                            programs.listCloud(
                                    "/api/v1/latest", Map.of("match", GATEWAY + "/wearables/**"))) {
                        var latest = (JsonObject) item;
                        if (latest.getString("quality").equals("good")
                                && Instant.parse(latest.getString("sourceTime"))
                                        .isAfter(Instant.parse(after))) {
                            names.add(latest.getString("tag"));
                        }
                    }
                    return names.equals(new HashSet<>(tags()));
                });
    }

    /** The good values of a tag; each is of its own bed, and each is there once. */
    private static List<Long> values(JsonArray history, int bed) {
        var values = new ArrayList<Long>();
        for (int i = 0; i < history.size(); i++) {
            var item = history.getJsonObject(i);
            if (item.getString("quality").equals("good")) {
                long value = item.getLong("value");
                assertThat(value / A_BED).as("bed %d has %d", bed, value).isEqualTo(bed);
                values.add(value);
            }
        }
        return values;
    }

    @Test
    void aTagFoundAtRunTimeIsAtTheCentreWithItsNameAndItsHistory() throws Exception {
        int broker = Programs.freePort();
        try (var programs = new Programs(folder)) {
            programs.startSimulators(scenario(broker));
            programs.startCloud();
            programs.awaitReady(programs.cloudUrl());
            var config = configuration(broker, programs);
            programs.startAgent(config);
            programs.awaitReady(programs.agentUrl());
            areGoodAtTheCentre(programs, "2020-01-01T00:00:00Z");

            var killed = Programs.now();
            programs.kill("agent");
            programs.startAgent(config);
            programs.awaitReady(programs.agentUrl());
            areGoodAtTheCentre(programs, killed);

            for (int bed = 1; bed <= BEDS; bed++) {
                hasTheHistoryOfTheGateway(programs, bed);
            }
            var names = new HashSet<String>();
            programs.listCloud("/api/v1/tags", Map.of("match", GATEWAY + "/wearables/**"))
                    .forEach(item -> names.add(((JsonObject) item).getString("tag")));
            assertThat(names).containsExactlyInAnyOrderElementsOf(tags());
        }
    }

    /** What the gateway has now the centre has too in the end, sample by sample. */
    private static void hasTheHistoryOfTheGateway(Programs programs, int bed) throws Exception {
        var tag = tags().get(bed - 1);
        var here = values(history(programs, tag, false), bed);
        assertThat(here).as("from before the kill and after it").hasSizeGreaterThan(2);
        Programs.await(
                "the centre has the history of " + tag,
                LIMIT,
                () -> values(history(programs, tag, true), bed).containsAll(here));
        var there = values(history(programs, tag, true), bed);
        assertThat(there.subList(0, here.size())).as(tag).isEqualTo(here);
    }
}
