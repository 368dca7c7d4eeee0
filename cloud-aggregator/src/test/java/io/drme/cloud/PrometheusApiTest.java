package io.drme.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.cloud.config.CloudConfig;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.FakeGateway;
import io.drme.cloud.store.SqlReceiverStore;
import io.drme.model.EpochId;
import io.drme.model.Reading;
import io.drme.model.TagName;
import io.drme.model.Value;
import io.drme.sync.Item;
import io.drme.sync.StreamId;
import io.drme.testing.ManualClock;
import io.drme.testing.Seeds;
import io.drme.time.SystemClock;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The Prometheus interface of a whole centre, held against a real Prometheus on the same samples.
 */
class PrometheusApiTest {
    private static final long START = ManualClock.START_EPOCH_NANOS / 1_000_000_000L;
    private static final double CLOSE = 1e-9;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** All but whole numbers of 64 bits, of which sums cancel out and show each rounding. */
    private static final String SMALL = "drme_value{tag!~'.*tag-[15]'}";

    @TempDir private static Path data;

    @TempDir private static Path peerData;

    private static Centre centre;
    private static String token = "";
    private static @Nullable PrometheusServer peer;
    private static long end;

    @BeforeAll
    static void start() throws Exception {
        var lines = new StringBuilder("# TYPE drme_value gauge\n");
        try (var database = Database.openIn(data);
                var receiver = SqlReceiverStore.open(database)) {
            fill(receiver, new FakeGateway("press-1", new EpochId(1, 1), 1, 8), "acme/ulm", lines);
            fill(receiver, new FakeGateway("press-2", new EpochId(1, 2), 2, 8), "acme/kiel", lines);
        }
        lines.append("# EOF\n");
        if (Files.isExecutable(Path.of("/usr/bin/prometheus"))) {
            peer = PrometheusServer.start(peerData, lines.toString());
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
        if (peer != null) {
            peer.close();
        }
        centre.close();
    }

    /** Blocks with holes between, some longer than a value is looked back for. */
    private static void fill(
            SqlReceiverStore receiver, FakeGateway gateway, String site, StringBuilder lines)
            throws Exception {
        receiver.inTransaction(t -> t.epochNumber(gateway.id(), gateway.epoch(), 0));
        put(receiver, gateway, gateway.catalogue(site, Map.of("line", "1")));
        for (int polls : new int[] {300, 40, 7, 200, 60, 5, 120}) {
            put(receiver, gateway, gateway.block(polls));
            gateway.startAt(gateway.nowNanos() + polls * 7_300_000_000L);
        }
        end = Math.max(end, gateway.nowNanos() / 1_000_000_000L);
        for (var tag : gateway.tags().tags()) {
            write(gateway, tag.name().text(), site, lines);
        }
    }

    private static void put(SqlReceiverStore receiver, FakeGateway gateway, Item item)
            throws Exception {
        receiver.inTransaction(t -> {
            var stream = new StreamId(gateway.id(), item.epoch(), item.stream());
            t.insert(gateway.id(), item, Optional.empty(), 0);
            t.saveRanges(stream, t.ranges(stream).with(item.sequence()));
            return true;
        });
    }

    private static void write(FakeGateway gateway, String tag, String site, StringBuilder lines) {
        var byMillis = new TreeMap<Long, Double>();
        for (var made : gateway.made()) {
            if (made.tag().equals(tag) && made.reading() instanceof Reading.Good(Value value)) {
                var number =
                        switch (value) {
                            case Value.Bool(boolean on) -> on ? 1.0 : 0.0;
                            case Value.Int(long whole) -> (double) whole;
                            case Value.Real(double real) -> real;
                            case Value.Text _ -> null;
                        };
                if (number != null) {
                    byMillis.put(made.sourceTime() / 1_000_000, number);
                }
            }
        }
        byMillis.forEach((millis, value) ->
                lines.append(
                        "drme_value{gateway=\"%s\",site=\"%s\",device=\"%s\",tag=\"%s\",unit=\"Cel\"} %s %d.%03d\n"
                                .formatted(
                                        gateway.id().text(),
                                        site,
                                        new TagName(tag).device(),
                                        tag,
                                        value,
                                        millis / 1000,
                                        millis % 1000)));
    }

    private record Answer(int status, JsonObject body) {}

    private static String form(String... pairs) {
        var all = new ArrayList<String>();
        for (int i = 0; i < pairs.length; i += 2) {
            all.add(pairs[i] + "=" + URLEncoder.encode(pairs[i + 1], StandardCharsets.UTF_8));
        }
        return String.join("&", all);
    }

    private static Answer send(String url, HttpRequest.Builder request)
            throws IOException, InterruptedException {
        var answer =
                HTTP.send(
                        request.uri(URI.create(url))
                                .header("Authorization", "Bearer " + token)
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        return new Answer(answer.statusCode(), new JsonObject(answer.body()));
    }

    private static Answer ask(String base, String path, String... pairs)
            throws IOException, InterruptedException {
        return send(base + "/api/v1/" + path + "?" + form(pairs), HttpRequest.newBuilder());
    }

    private static String ours() {
        return centre.url() + "/prometheus";
    }

    /** What a peer answers to a question has to be what we do. */
    private static void compare(String path, String... pairs) throws Exception {
        PrometheusServer.requireInstalled();
        var what = path + " " + String.join(" ", pairs);
        var theirs = ask(peer == null ? "" : peer.url(), path, pairs);
        var mine = ask(ours(), path, pairs);
        assertThat(mine.status())
                .as("%s: %s, not %s", what, mine, theirs)
                .isEqualTo(theirs.status());
        assertThat(mine.body().getString("errorType"))
                .as(what)
                .isEqualTo(theirs.body().getString("errorType"));
        if (theirs.status() == 200) {
            var right = theirs.body().getJsonObject("data");
            var found = mine.body().getJsonObject("data");
            assertThat(found.getString("resultType")).isEqualTo(right.getString("resultType"));
            same(what, found.getJsonArray("result"), right.getJsonArray("result"));
        }
    }

    private static void same(String what, JsonArray found, JsonArray right) {
        if (right.isEmpty() || !(right.getValue(0) instanceof JsonObject)) {
            samePoint(what, found, right);
            return;
        }
        var mine = byMetric(found);
        var theirs = byMetric(right);
        assertThat(mine.keySet()).as(what).isEqualTo(theirs.keySet());
        theirs.forEach((metric, points) -> {
            var own = Objects.requireNonNull(mine.get(metric));
            assertThat(own).as(what).hasSameSizeAs(points);
            for (int i = 0; i < points.size(); i++) {
                samePoint(what + " " + metric, own.getJsonArray(i), points.getJsonArray(i));
            }
        });
    }

    private static Map<String, JsonArray> byMetric(JsonArray result) {
        var found = new TreeMap<String, JsonArray>();
        for (int i = 0; i < result.size(); i++) {
            var row = result.getJsonObject(i);
            var metric = new TreeMap<>(row.getJsonObject("metric").getMap());
            var points =
                    row.containsKey("values")
                            ? row.getJsonArray("values")
                            : new JsonArray().add(row.getJsonArray("value"));
            assertThat(found.put(metric.toString(), points)).as("once").isNull();
        }
        return found;
    }

    private static void samePoint(String what, JsonArray found, JsonArray right) {
        assertThat(found.size()).as("%s: %s, not %s", what, found, right).isEqualTo(right.size());
        if (right.isEmpty()) {
            return;
        }
        assertThat(found.getDouble(0)).as(what).isEqualTo(right.getDouble(0));
        if (found.getString(1).equals(right.getString(1))) {
            return;
        }
        double mine = number(found.getString(1));
        double theirs = number(right.getString(1));
        boolean same =
                Double.compare(mine, theirs) == 0
                        || Math.abs(mine - theirs) <= CLOSE * Math.max(1, Math.abs(theirs));
        assertThat(same).as("%s at %s: %s, not %s", what, right.getValue(0), mine, theirs).isTrue();
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    static List<String> queries() throws IOException {
        try (var in = PrometheusApiTest.class.getResourceAsStream("promql.txt")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("queries")
    void answersAreThoseOfPrometheus(String form) throws Exception {
        var query = filled(form);
        for (double at :
                new double[] {50, 180.5, 299, 300.123, 597, 600, 902.7, 2_600, 2_810, 4_000}) {
            compare("query", "query", query, "time", (START + at) + "");
        }
        var from = START + 13 + "";
        var to = end + 400 + "";
        if (!query.endsWith("]") && !query.contains("offset 10m") && !query.startsWith("'")) {
            compare("query_range", "query", query, "start", from, "end", to, "step", "17");
            compare("query_range", "query", query, "start", from, "end", to, "step", "5m30s");
        }
    }

    private static String filled(String form) {
        return form.replace("SMALL{", "drme_value{tag!~'.*tag-[15]',").replace("SMALL", SMALL);
    }

    static LongStream seeds() {
        return Seeds.of(60, 2_000);
    }

    /** Whatever fits together, put together by chance. */
    @ParameterizedTest
    @MethodSource("seeds")
    void answersToQueriesByChanceAreThoseOfPrometheus(long seed) throws Exception {
        var random = new Random(seed);
        var query = QueriesByChance.vector(random, 3);
        var at = START + random.nextInt((int) (end - START) + 600) + random.nextInt(1_000) / 1e3;
        compare("query", "query", query, "time", "%.3f".formatted(at));
        int step = 1 + random.nextInt(400);
        compare(
                "query_range",
                "query",
                query,
                "start",
                START - 100 + random.nextInt(500) + "",
                "end",
                end + random.nextInt(500) + "",
                "step",
                step + "");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "drme_value[5m:1m]|422|a subquery is not supported here",
                "drme_value @ 1|422|@ is not supported here",
                "histogram_quantile(0.9, drme_value)|422|the function histogram_quantile is not supported here",
                "label_replace(drme_value,'a','b','c','d')|422|label_replace",
                "drme_value * on(tag) group_left drme_value|422|group_left",
                "drme_value +|400|parse error",
                "sum(drme_value|400|parse error",
                "nosuch(drme_value)|400|unknown function",
                "{a=''}|400|at least one non-empty matcher",
                "{a=~'('}|400|can't be read",
                "rate(drme_value)|400|expected type range vector",
                "1 > 2|400|BOOL",
                "drme_value and 1|400|set operator",
                "drme_value{gateway=}|400|a text in quotes",
                "\"open|400|unterminated",
                "drme_value offset|400|a duration"
            })
    void whatIsNotSupportedOrWrongIsNamed(String query, int status, String says) throws Exception {
        var answer = ask(ours(), "query", "query", query);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
        assertThat(answer.body().getString("status")).isEqualTo("error");
        assertThat(answer.body().getString("error")).contains(says);
    }

    @Test
    void aQueryThatIsNestedTooDeepIsToldSo() throws Exception {
        var nested = "(".repeat(500) + "1" + ")".repeat(500);
        assertThat(ask(ours(), "query", "query", nested).body().getString("error"))
                .contains("levels deep");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "query=1&start=0&end=11001&step=1|maximum resolution",
                "query=1&start=10&end=1&step=1|before start",
                "query=1&start=0&end=1&step=0|zero or negative",
                "query=1&start=x&end=1&step=1|valid timestamp",
                "query=1&start=0&end=1&step=soon|valid duration",
                "query=1&start=0&end=1|step",
                "start=0&end=1&step=1|query",
                "query=drme_value[1m]&start=0&end=1&step=1|range vector"
            })
    void aWrongSpanIsTold(String query, String says) throws Exception {
        var answer =
                send(
                        ours()
                                + "/api/v1/query_range?"
                                + query.replace("[", "%5B").replace("]", "%5D"),
                        HttpRequest.newBuilder());
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body().getString("errorType")).isEqualTo("bad_data");
        assertThat(answer.body().getString("error")).contains(says);
    }

    // As Grafana sends it, with a parameter that nobody here knows.
    @Test
    void aFormIsTaken() throws Exception {
        var body = form("query", "count(drme_value)", "time", START + 100 + "", "nonce", "1");
        var answer =
                send(
                        ours() + "/api/v1/query",
                        HttpRequest.newBuilder()
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(HttpRequest.BodyPublishers.ofString(body)));
        assertThat(answer.body().getJsonObject("data").getJsonArray("result")).hasSize(1);
    }

    @Test
    void seriesAndLabelsAreThoseOfPrometheus() throws Exception {
        PrometheusServer.requireInstalled();
        var theirs = peer == null ? "" : peer.url();
        for (var path :
                List.of(
                        "labels?",
                        "labels?match[]=drme_value",
                        "label/gateway/values?",
                        "label/__name__/values?",
                        "label/tag/values?match[]={gateway='press-1'}&match[]={site='acme/kiel'}",
                        "label/nosuch/values?",
                        "series?match[]={device='device-1'}&match[]={tag=~'.*0'}")) {
            var query =
                    path.replace("[]", "%5B%5D")
                            .replace("{", "%7B")
                            .replace("}", "%7D")
                            .replace("'", "%22");
            var right = send(theirs + "/api/v1/" + query, HttpRequest.newBuilder());
            var found = send(ours() + "/api/v1/" + query, HttpRequest.newBuilder());
            assertThat(right.status()).as(path).isEqualTo(200);
            assertThat(
                            found.body().getJsonArray("data").stream()
                                    .map(String::valueOf)
                                    .map(PrometheusApiTest::sorted)
                                    .sorted())
                    .as(path)
                    .isEqualTo(
                            right.body().getJsonArray("data").stream()
                                    .map(String::valueOf)
                                    .map(PrometheusApiTest::sorted)
                                    .sorted()
                                    .toList());
        }
    }

    private static String sorted(String json) {
        return json.startsWith("{")
                ? new TreeMap<>(new JsonObject(json).getMap()).toString()
                : json;
    }

    @Test
    void grafanaFindsWhatItAsksForFirst() throws Exception {
        assertThat(
                        ask(ours(), "status/buildinfo")
                                .body()
                                .getJsonObject("data")
                                .getString("version"))
                .isNotBlank();
        assertThat(ask(ours(), "metadata", "limit", "1").body().getJsonObject("data").fieldNames())
                .containsExactly("drme_value");
        assertThat(ask(ours(), "rules").status()).isEqualTo(200);
        assertThat(ask(ours(), "query_exemplars", "query", "x").status()).isEqualTo(200);
        assertThat(ask(ours(), "series").status()).isEqualTo(400);
        var tooShort = ask(ours(), "query", "query", "drme_value", "timeout", "0.000001");
        assertThat(tooShort.status()).isEqualTo(503);
        assertThat(tooShort.body().getString("errorType")).isEqualTo("timeout");
    }
}
