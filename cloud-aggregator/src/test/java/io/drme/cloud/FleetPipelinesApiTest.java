package io.drme.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.cloud.config.CloudConfig;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.FakeGateway;
import io.drme.cloud.store.SqlReceiverStore;
import io.drme.model.EpochId;
import io.drme.sync.Item;
import io.drme.sync.StreamId;
import io.drme.time.SystemClock;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What people see of fleet pipelines at a running centre. */
@Timeout(180)
class FleetPipelinesApiTest {
    private static final SystemClock CLOCK = new SystemClock();
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String YAML =
            """
            jobs: {every: 10s, wait: 1s, backfill: 10m}
            pipelines:
              mean:
                from: ["*/device-2/tag-2"]
                steps:
                  - merge: {lateness: 2s}
                  - aggregate: {window: 10s, functions: [count]}
                to: ["mean/{function}"]
              each:
                by: gateway
                from: ["*/device-*/tag-2", "*/device-*/tag-3"]
                steps: [{aggregate: {window: 10s, functions: [max]}}]
                to: ["{path}/{function}"]
              nobody:
                from: ["*/nothing/of/that"]
                steps: [{filter: "true"}]
                to: ["{tag}"]
            """;

    @TempDir private static Path data;

    private static Centre centre;
    private static String token = "";
    private static long expected;

    @BeforeAll
    static void start() throws Exception {
        try (var database = Database.openIn(data);
                var receiver = SqlReceiverStore.open(database)) {
            for (int i = 1; i <= 2; i++) {
                var gateway = new FakeGateway("g-" + i, new EpochId(1, i), i, 6);
                gateway.startAt(CLOCK.epochNanos() - Duration.ofMinutes(4).toNanos());
                put(receiver, gateway, gateway.catalogue("acme/ulm", Map.of()));
                for (int block = 0; block < 3; block++) {
                    put(receiver, gateway, gateway.block(30));
                }
                expected +=
                        gateway.made().stream()
                                .filter(m -> m.tag().equals("device-2/tag-2"))
                                .filter(m -> !(m.reading() instanceof io.drme.model.Reading.Bad))
                                .count();
            }
        }
        var config =
                CloudConfig.read(Files.writeString(data.resolve("cloud.yaml"), YAML))
                        .withPorts(Optional.of(0), Optional.of(0))
                        .withClusterPort(5835);
        centre = Centre.start(config, data, CLOCK);
        token = Files.readString(data.resolve("token")).strip();
        await("all is computed", FleetPipelinesApiTest::isComputed);
    }

    @AfterAll
    static void stop() {
        centre.close();
    }

    private static void put(SqlReceiverStore receiver, FakeGateway gateway, Item item)
            throws Exception {
        receiver.inTransaction(t -> {
            t.epochNumber(gateway.id(), gateway.epoch(), 0);
            var stream = new StreamId(gateway.id(), item.epoch(), item.stream());
            t.insert(gateway.id(), item, Optional.empty(), 0);
            t.saveRanges(stream, t.ranges(stream).with(item.sequence()));
            return true;
        });
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        long end = CLOCK.nanoTime() + LIMIT.toNanos();
        while (!condition.call()) {
            assertThat(CLOCK.nanoTime()).as("%s: %s", what, jobs()).isLessThan(end);
            CLOCK.sleep(Duration.ofMillis(100));
        }
    }

    private static JsonObject get(String path) throws IOException, InterruptedException {
        var answer =
                HTTP.send(
                        HttpRequest.newBuilder(URI.create(centre.url() + path))
                                .header("Authorization", "Bearer " + token)
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new JsonObject(answer.body());
    }

    private static String word(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static JsonArray jobs() throws IOException, InterruptedException {
        return get("/api/v1/jobs").getJsonArray("items");
    }

    private static boolean isComputed() throws IOException, InterruptedException {
        var jobs = jobs();
        for (int i = 0; i < 2; i++) {
            var job = jobs.getJsonObject(i);
            if (job.getDouble("lagSeconds", 1e9) > 100 || job.getLong("again") > 0) {
                return false;
            }
        }
        return true;
    }

    @Test
    void jobsSayHowFarTheyAreAndWhatIsLeftOut() throws Exception {
        var jobs = jobs();
        assertThat(jobs).hasSize(3);
        var each = jobs.getJsonObject(0);
        assertThat(each.getString("name")).isEqualTo("each");
        assertThat(each.getString("by")).isEqualTo("gateway");
        assertThat(each.getInteger("keys")).isEqualTo(2);
        // tag-3 is a text, which has no greatest
        assertThat(each.getString("state")).isEqualTo("trouble");
        assertThat(each.getString("why")).contains("left out").contains("device-0/tag-3");
        assertThat(jobs.getJsonObject(1).getString("state")).isEqualTo("running");
        assertThat(jobs.getJsonObject(2).getString("state")).isEqualTo("waiting");
    }

    @Test
    void resultsAreTagsLikeAnyOther() throws Exception {
        var latest = get("/api/v1/latest?match=" + word("fleet/**")).getJsonArray("items");
        assertThat(latest.encode())
                .contains(
                        "\"mean/count\"",
                        "\"g-1/device-2/tag-2/max\"",
                        "\"g-2/device-2/tag-2/max\"");
        long counted = 0;
        var history = get("/api/v1/history?gateway=fleet&tag=mean/count").getJsonArray("items");
        for (int i = 0; i < history.size(); i++) {
            var value = history.getJsonObject(i).getLong("value");
            counted += value == null ? 0 : value;
        }
        assertThat(counted).isEqualTo(expected);
        assertThat(get("/api/v1/tags?match=" + word("fleet/g-1/**")).getJsonArray("items").encode())
                .contains("\"unit\":\"Cel\"");
        var series =
                get(
                        "/prometheus/api/v1/series?match[]=".replace("[]", "%5B%5D")
                                + word("drme_value{gateway=\"fleet\"}"));
        assertThat(series.encode()).contains("mean/count");
    }

    @Test
    void resultsHaveNoGateway() throws Exception {
        var gateways = get("/api/v1/gateways").getJsonArray("items").encode();
        assertThat(gateways).contains("g-1", "g-2").doesNotContain("\"fleet\"");
        assertThat(get("/api/v1/alarms").getJsonArray("items").encode()).doesNotContain("fleet");
    }

    @Test
    void metricsAndDrmectlShowThem() throws Exception {
        var out = new StringWriter();
        int exit =
                io.drme.cloud.ctl.Drmectl.run(
                        new PrintWriter(out),
                        new PrintWriter(out),
                        Map.of(),
                        "--data",
                        data.toString(),
                        "jobs");
        assertThat(exit).isZero();
        assertThat(out.toString()).contains("mean", "each", "running");
    }

    // The page's example and what it says it prints.
    @Test
    void theExampleOfThePagePassesItsTests() throws Exception {
        var root = Path.of(System.getenv().getOrDefault("DRME_ROOT", ".."));
        var page = Files.readString(root.resolve("docs/fleet-pipelines.md"));
        var blocks = page.split("```", -1);
        var file =
                Files.writeString(
                        data.resolve("example.yaml"), blocks[1].replaceFirst("yaml\n", ""));
        var out = new StringWriter();
        var err = new StringWriter();
        int exit =
                Main.run(
                        new PrintWriter(out, true),
                        new PrintWriter(err, true),
                        "test",
                        file.toString());
        assertThat(err.toString()).isEmpty();
        assertThat(out.toString().strip()).isEqualTo(blocks[3].strip());
        assertThat(exit).isZero();
    }
}
