package io.drme.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.cloud.config.CloudConfig;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.CentreAlarms;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.EndedAlarm;
import io.drme.cloud.store.FakeGateway;
import io.drme.cloud.store.SqlReceiverStore;
import io.drme.model.EpochId;
import io.drme.schema.AlarmMarks;
import io.drme.schema.AlarmTransition;
import io.drme.sync.Item;
import io.drme.sync.StreamId;
import io.drme.time.SystemClock;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the fleet's page asks of a centre with many gateways: sums, orders, searches, counts. */
class FleetApiTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final int GATEWAYS = 30;
    private static final int TAGS = 4;
    private static final List<String> SITES =
            List.of("acme", "acme/kiel", "acme/ulm/hall-1", "beta");

    @TempDir private static Path data;

    private static Centre centre;
    private static String token = "";

    @BeforeAll
    static void start() throws Exception {
        try (var database = Database.openIn(data);
                var receiver = SqlReceiverStore.open(database)) {
            for (int i = 0; i < GATEWAYS; i++) {
                var gateway = new FakeGateway("gw-%02d".formatted(i), new EpochId(1, i), i, TAGS);
                put(receiver, gateway, gateway.catalogue(SITES.get(i % SITES.size()), Map.of()));
                put(receiver, gateway, gateway.block(5));
                if (i < 3) {
                    var states = List.of("unacknowledged", "acknowledged", "shelved");
                    put(receiver, gateway, gateway.event(alarm(i, states.get(i)), Map.of()));
                }
            }
            new CentreAlarms(new BlockStore(database))
                    .update(_ ->
                            List.of(
                                    EndedAlarm.of("over", "acme"),
                                    EndedAlarm.of("silent", "acme/kiel")
                                            .in("unacknowledged", "silent", List.of("gw-01"))
                                            .cleared(null)));
        }
        var config =
                CloudConfig.defaults()
                        .withPorts(Optional.of(0), Optional.of(0))
                        .withClusterPort(5795);
        centre = Centre.start(config, data, new SystemClock());
        token = Files.readString(data.resolve("token")).strip();
    }

    @AfterAll
    static void stop() {
        centre.close();
    }

    private static AlarmTransition alarm(int i, String state) {
        return new AlarmTransition(
                "alarm-" + i,
                "oil-hot",
                "device-0/tag-0",
                "normal",
                state,
                i == 0 ? "critical" : "high",
                null,
                "Oil is too hot",
                "Stop",
                1_000_000L * (i + 1),
                "",
                "",
                0,
                "",
                "",
                0,
                0,
                AlarmMarks.NONE);
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

    private static HttpResponse<String> ask(String path, String... query) throws Exception {
        var text = new StringBuilder(path);
        for (int i = 0; i < query.length; i += 2) {
            text.append(i == 0 ? '?' : '&').append(query[i]).append('=');
            text.append(URLEncoder.encode(query[i + 1], StandardCharsets.UTF_8));
        }
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(centre.url() + text))
                        .header("Authorization", "Bearer " + token)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static JsonObject get(String path, String... query) throws Exception {
        var answer = ask(path, query);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new JsonObject(answer.body());
    }

    private static List<JsonObject> items(String path, String... query) throws Exception {
        return get(path, query).getJsonArray("items").stream().map(JsonObject.class::cast).toList();
    }

    /** All items, over pages of so many. */
    private static List<JsonObject> walk(String path, int limit, String... query) throws Exception {
        var all = new ArrayList<JsonObject>();
        String cursor = null;
        do {
            var asked = new ArrayList<>(List.of(query));
            asked.addAll(List.of("limit", Integer.toString(limit)));
            if (cursor != null) {
                asked.addAll(List.of("cursor", cursor));
            }
            var page = get(path, asked.toArray(String[]::new));
            var items = page.getJsonArray("items");
            assertThat(items.size()).isLessThanOrEqualTo(limit);
            items.forEach(i -> all.add((JsonObject) i));
            cursor = page.getString("next");
        } while (cursor != null);
        return all;
    }

    private static List<String> texts(List<JsonObject> items, String key) {
        return items.stream().map(i -> i.getString(key)).toList();
    }

    @Test
    void sitesAddUpToTheListOfGatewaysAtAnyLevel() throws Exception {
        var gateways = items("/api/v1/gateways");
        var bySite =
                gateways.stream()
                        .collect(
                                Collectors.groupingBy(
                                        g -> g.getString("site"), Collectors.counting()));
        var sites = items("/api/v1/sites");
        assertThat(texts(sites, "site")).isEqualTo(SITES);
        for (var site : sites) {
            assertThat(site.getLong("gateways")).isEqualTo(bySite.get(site.getString("site")));
            assertThat(site.getInteger("below")).isZero();
        }

        var tops = items("/api/v1/sites", "levels", "1");
        assertThat(texts(tops, "site")).containsExactly("acme", "beta");
        assertThat(tops.getFirst().getInteger("below")).isEqualTo(2);
        var all = items("/api/v1/sites", "levels", "0").getFirst();
        assertThat(all.getInteger("gateways")).isEqualTo(GATEWAYS);
        assertThat(all.getInteger("offline")).isEqualTo(GATEWAYS);
        assertThat(all.getString("state")).isEqualTo("offline");
        for (var term : List.of("gateways", "offline", "openAlarms", "backlog")) {
            assertThat(tops.stream().mapToLong(t -> t.getLong(term)).sum())
                    .as(term)
                    .isEqualTo(all.getLong(term));
        }
    }

    // Who asks for acme/** means all of acme, and some gateways stand at its top.
    @Test
    void allOfASiteIsAlsoWhatStandsAtItsTop() throws Exception {
        var all = items("/api/v1/sites", "levels", "0", "site", "acme/**").getFirst();
        assertThat(all.getInteger("gateways"))
                .isEqualTo(items("/api/v1/sites", "levels", "1").getFirst().getInteger("gateways"));
        assertThat(texts(items("/api/v1/gateways", "site", "acme/*"), "site"))
                .containsOnly("acme/kiel");
        assertThat(items("/api/v1/gateways", "site", "acm/**")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "id",
                "state",
                "lag",
                "backlog",
                "drain",
                "autonomy",
                "alarms",
                "clock",
                "version"
            })
    void anOrderOverPagesHasEachGatewayOnce(String order) throws Exception {
        var ids = texts(walk("/api/v1/gateways", 7, "order", order), "id");
        assertThat(ids).hasSize(GATEWAYS).doesNotHaveDuplicates();
        assertThat(ids).isEqualTo(texts(items("/api/v1/gateways", "order", order), "id"));
    }

    @Test
    void theMostUrgentComeFirst() throws Exception {
        assertThat(texts(items("/api/v1/gateways", "order", "alarms", "limit", "3"), "id"))
                .containsExactly("gw-00", "gw-01", "gw-02");
        assertThat(texts(items("/api/v1/sites", "order", "gateways"), "site"))
                .containsExactly("acme", "acme/kiel", "acme/ulm/hall-1", "beta");
        var refused = ask("/api/v1/gateways", "order", "colour");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("autonomy");
    }

    @Test
    void gatewaysAreFoundByWordsAndState() throws Exception {
        assertThat(texts(items("/api/v1/gateways", "text", "HALL gw-0"), "id"))
                .containsExactly("gw-02", "gw-06");
        assertThat(items("/api/v1/gateways", "state", "online")).isEmpty();
        assertThat(items("/api/v1/gateways", "state", "offline")).hasSize(GATEWAYS);
    }

    // "_" and "%" stand for themselves, and removed tags are not there.
    @Test
    void tagsAreSearchedOverPagesWithoutReadingThemAll() throws Exception {
        var found = walk("/api/v1/tags", 7, "text", "TAG-1 device");
        assertThat(found).hasSize(GATEWAYS);
        assertThat(texts(found, "tag")).containsOnly("device-1/tag-1");
        assertThat(texts(found, "gateway")).isSorted().doesNotHaveDuplicates();
        assertThat(walk("/api/v1/tags", 7, "text", "/")).hasSize(GATEWAYS * TAGS);
        assertThat(
                        new HashSet<>(
                                texts(
                                        walk("/api/v1/tags", 5, "text", "tag", "site", "beta"),
                                        "gateway")))
                .hasSize(GATEWAYS / SITES.size());
        assertThat(items("/api/v1/tags", "text", "tag_1")).isEmpty();
        assertThat(items("/api/v1/tags", "text", "device%tag")).isEmpty();
        assertThat(items("/api/v1/tags", "text", "gw-07/device-2")).hasSize(1);
        assertThat(ask("/api/v1/tags", "text", "x", "cursor", "nonsense").statusCode())
                .isEqualTo(400);
    }

    private static void severalPrioritiesAreAskedForAtOnce() throws Exception {
        assertThat(texts(items("/api/v1/alarms", "state", "open", "priority", "high"), "id"))
                .containsExactly("silent", "alarm-1");
        assertThat(
                        texts(
                                walk(
                                        "/api/v1/alarms",
                                        1,
                                        "state",
                                        "open",
                                        "priority",
                                        "critical,low"),
                                "id"))
                .containsExactly("alarm-0");
        assertThat(texts(walk("/api/v1/alarms", 1, "priority", "critical,high"), "id"))
                .as("of all states, the newest first")
                .isEqualTo(texts(items("/api/v1/alarms"), "id"))
                .contains("alarm-0", "alarm-1", "alarm-2");
        assertThat(ask("/api/v1/alarms", "priority", "high,").statusCode()).isEqualTo(400);
    }

    // Hidden ones were counted as open, and a page of a calm plant had a badge.
    @Test
    void hiddenAlarmsAreNotOpenOnesAndTheCentresOwnAreAmongThem() throws Exception {
        var counts = get("/api/v1/alarms/counts");
        assertThat(counts.getMap())
                .isEqualTo(
                        Map.of(
                                "critical",
                                1,
                                "high",
                                2,
                                "medium",
                                0,
                                "low",
                                0,
                                "waiting",
                                2,
                                "hidden",
                                1));
        assertThat(texts(items("/api/v1/alarms", "state", "open"), "id"))
                .as("what waits, then by priority")
                .containsExactly("alarm-0", "silent", "alarm-1");
        assertThat(texts(walk("/api/v1/alarms", 1, "state", "open"), "id"))
                .containsExactly("alarm-0", "silent", "alarm-1");
        assertThat(texts(items("/api/v1/alarms", "state", "hidden"), "id"))
                .containsExactly("alarm-2");
        severalPrioritiesAreAskedForAtOnce();
        assertThat(texts(items("/api/v1/alarms", "state", "open", "site", "acme/kiel"), "id"))
                .containsExactly("silent", "alarm-1");
        assertThat(texts(items("/api/v1/alarms", "state", "open", "text", "OIL gw-01"), "id"))
                .containsExactly("alarm-1");
        assertThat(ask("/api/v1/alarms", "text", "oil").statusCode()).isEqualTo(400);

        var shelved = get("/api/v1/gateways/gw-02");
        assertThat(shelved.getInteger("openAlarms")).isZero();
        assertThat(shelved.getJsonObject("alarms").getInteger("hidden")).isEqualTo(1);
        assertThat(get("/api/v1/alarms/counts", "site", "beta").getInteger("high")).isZero();
    }

    @Test
    void sqlTellsWhatItSeesAndTheMembersWhatTheyHave() throws Exception {
        var tables = get("/api/v1/sql").getJsonArray("tables");
        assertThat(tables.stream().map(t -> ((JsonObject) t).getString("name")))
                .containsExactly("alarms", "events", "gateways", "latest", "rollups");
        var cluster = get("/api/v1/cluster");
        assertThat(cluster.getInteger("partitions")).isEqualTo(271);
        assertThat(cluster.getJsonObject("owned").stream().mapToInt(e -> (int) e.getValue()).sum())
                .isEqualTo(271);
        assertThat(cluster.getBoolean("safe")).isTrue();
        assertThat(cluster.getJsonObject("store").getString("kind")).isEqualTo("sqlite");
        assertThat(cluster.getJsonObject("store").getLong("bytes")).isGreaterThan(100_000);
    }
}
