package io.drme.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.cloud.config.CloudConfig;
import io.drme.cloud.ctl.Drmectl;
import io.drme.cloud.grid.Member;
import io.drme.cloud.grid.SqlGrid;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.CentreAlarms;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.EndedAlarm;
import io.drme.cloud.store.FakeGateway;
import io.drme.cloud.store.SqlReceiverStore;
import io.drme.model.EpochId;
import io.drme.model.Quality;
import io.drme.model.ValueType;
import io.drme.sync.Item;
import io.drme.sync.StreamId;
import io.drme.testing.ManualClock;
import io.drme.time.SystemClock;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SQL on a whole centre, and what must not pass. */
@Timeout(120)
class SqlApiTest {
    private static final Instant START = Instant.ofEpochSecond(0, ManualClock.START_EPOCH_NANOS);
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final int POLLS = 240;
    private static final int TAGS = 8;

    @TempDir private static Path data;

    private static Centre centre;
    private static String token = "";
    private static final FakeGateway PRESS = new FakeGateway("press-1", new EpochId(1, 1), 1, TAGS);

    @BeforeAll
    static void start() throws Exception {
        try (var database = Database.openIn(data);
                var receiver = SqlReceiverStore.open(database)) {
            var other = new FakeGateway("oven-1", new EpochId(1, 2), 2, 3);
            put(receiver, PRESS, PRESS.catalogue("acme/ulm", Map.of("line", "1")));
            put(receiver, PRESS, PRESS.block(POLLS));
            new CentreAlarms(new BlockStore(database))
                    .update(_ ->
                            List.of(
                                    EndedAlarm.of("a", "acme/ulm"),
                                    EndedAlarm.of("b", "acme/kiel")));
            put(receiver, other, other.catalogue("acme/kiel", Map.of("line", "2")));
            put(receiver, other, other.block(10));
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

    private record Answer(int status, JsonObject body) {
        JsonArray items() {
            assertThat(status).as(body.encode()).isEqualTo(200);
            return body.getJsonArray("items");
        }

        JsonObject only() {
            assertThat(items()).hasSize(1);
            return items().getJsonObject(0);
        }
    }

    private static Answer sql(String sql, String... more) throws IOException, InterruptedException {
        var body = new JsonObject().put("sql", sql);
        for (int i = 0; i < more.length; i += 2) {
            body.put(more[i], more[i + 1]);
        }
        var answer =
                HTTP.send(
                        HttpRequest.newBuilder(URI.create(centre.url() + "/api/v1/sql"))
                                .header("Authorization", "Bearer " + token)
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body.encode()))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        return new Answer(answer.statusCode(), new JsonObject(answer.body()));
    }

    private static String[] span() {
        return new String[] {
            "from", START.toString(), "to", START.plusSeconds(600).toString(), "step", "10m"
        };
    }

    @Test
    void latestAndGatewaysAreThere() throws Exception {
        assertThat(sql("select count(*) as n from latest").only().getInteger("n"))
                .isEqualTo(TAGS + 3);
        var rows =
                sql("select g.site, count(*) as n from latest l join gateways g on g.gateway = l.gateway where l.quality = 'good' or l.quality <> 'good' group by g.site order by g.site desc")
                        .items();
        assertThat(rows.encode())
                .isEqualTo("[{\"site\":\"acme/ulm\",\"n\":8},{\"site\":\"acme/kiel\",\"n\":3}]");
        assertThat(sql("SELECT gateway, last_seen, lag_seconds FROM gateways LIMIT 1;").items())
                .hasSize(1);
        assertThat(sql("select max(source_time) as t from latest").only().getString("t"))
                .endsWith("Z");
    }

    @Test
    void rollupsCountEverySampleOnce() throws Exception {
        long expected =
                PRESS.made().stream()
                        .filter(m -> m.tag().equals("device-2/tag-2"))
                        .filter(m -> !Quality.isBad(m.reading().quality()))
                        .count();
        var row =
                sql(
                                "select sum(samples) as n, min(lowest) as low from rollups where tag = 'device-2/tag-2' and gateway = 'press-1'",
                                span())
                        .only();
        assertThat(row.getLong("n")).isEqualTo(expected);
        assertThat(PRESS.tags().get(2).type()).isEqualTo(ValueType.FLOAT64);
        assertThat(row.getDouble("low")).isBetween(0.0, 100.0);
    }

    @Test
    void aSelectionBoundsWhatIsSeen() throws Exception {
        assertThat(sql("select gateway from latest", "site", "acme/kiel").items()).hasSize(3);
        assertThat(sql("select gateway from latest", "label", "line:1").items()).hasSize(TAGS);
        assertThat(sql("select gateway from latest", "match", "*/device-0/**").items())
                .hasSizeBetween(2, 6);
    }

    @Test
    void alarmsAndEventsCanBeAsked() throws Exception {
        assertThat(sql("select count(*) as n from alarms").only().getInteger("n")).isEqualTo(2);
        var row = sql("select type, count(*) as n from events group by type", span()).only();
        assertThat(row.getInteger("n")).isEqualTo(2);
    }

    // Nothing but reading passes, and nothing that has no end or reaches beyond the five tables.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "delete from latest|only SELECT",
                "insert into latest select * from latest|only SELECT",
                "sink into latest select * from latest|only SELECT",
                "update latest set unit = ''|only SELECT",
                "drop mapping latest|only SELECT",
                "create mapping x type IMap|only SELECT",
                "create job x as sink into a select * from b|only SELECT",
                "show mappings|only SELECT",
                "explain plan for select * from latest|only SELECT",
                "alter index x|only SELECT",
                "with x as (select 1) select * from x|only SELECT",
                "(select 1)|only SELECT",
                "select * from latest; drop mapping latest|several statements",
                "select * from table(generate_stream(10))|word table",
                "select * from TABLE(generate_series(1, 100000000000))|word TABLE",
                "select * from table(csv_file(path => '/etc/passwd'))|word table",
                "select * from latest, lateral (select 1)|word lateral",
                "select * from information_schema.mappings|information_schema",
                "select * from sql_turn|no table sql_turn",
                "select * from \"sql-latest\"|no table",
                "select * from latest, nosuch|no table nosuch",
                "select * from latest where gateway in (select name from users)|no table users",
                "select * from (select * from secrets) x|no table secrets",
                "select json_value(detail, '$') from events|not on the list",
                "select \"hazelcast_sleep\"(1) from latest|not on the list",
                "select * from latest a, latest b, latest c, latest d, latest e|names 5 tables",
                "select 1|no table",
                "select * from latest where gateway = ?|parameter",
                "select * from latest -- '|not understood",
                "select * from latest // '|not understood",
                "select * from latest /* x */|not understood",
                "select nosuch from latest|nosuch",
                "select from latest|",
                "select * from latest where|"
            })
    void whatDoesNotOnlyReadIsRefused(String sql, String says) throws Exception {
        var answer = sql(sql);
        assertThat(answer.status()).as(answer.body().encode()).isEqualTo(422);
        assertThat(answer.body().getString("where")).isEqualTo("/sql");
        assertThat(answer.body().getString("remedy")).isNotBlank();
        if (says != null) {
            assertThat(answer.body().getString("detail")).contains(says);
        }
        assertThat(sql("select gateway from gateways").items()).as("all goes on").hasSize(2);
    }

    @Test
    void aTimeOutsideOfWhatIsSeenIsRefused() throws Exception {
        var early = sql("select * from rollups where step_start > '2001-01-01T00:00:00Z'", span());
        assertThat(early.status()).isEqualTo(422);
        assertThat(early.body().getString("where")).isEqualTo("/from");
        var late = sql("select * from events where happened_at < '2099-01-01 00:00:00'", span());
        assertThat(late.body().getString("where")).isEqualTo("/to");
        var many =
                sql(
                        "select count(*) from rollups",
                        "from",
                        "2000-01-01T00:00:00Z",
                        "to",
                        "2026-01-01T00:00:00Z",
                        "step",
                        "1s");
        assertThat(many.status()).isEqualTo(422);
        assertThat(many.body().getString("detail")).contains("more than");
        assertThat(sql("select 1 from latest", "step", "soon").status()).isEqualTo(400);
        assertThat(sql("select 1 from latest", "tO", "soon").status()).isEqualTo(400);
    }

    @Test
    void drmectlPrintsTablesJsonAndCsv() {
        var select = "select gateway, site from gateways order by gateway";
        assertThat(drmectl("sql", select, "-o", "csv"))
                .isEqualTo("gateway,site\noven-1,acme/kiel\npress-1,acme/ulm\n");
        assertThat(drmectl("sql", select)).contains("GATEWAY").contains("press-1");
        assertThat(new JsonObject(drmectl("sql", select, "-o", "json")).getJsonArray("items"))
                .hasSize(2);
        assertThat(drmectl("sql", "drop mapping latest")).contains("only SELECT");
        assertThat(drmectl("sql", "--help")).contains("drmectl --data DIR sql");
    }

    private static String drmectl(String... arguments) {
        var all = new ArrayList<>(List.of("--data", data.toString()));
        all.addAll(List.of(arguments));
        var out = new StringWriter();
        Drmectl.run(
                new PrintWriter(out), new PrintWriter(out), Map.of(), all.toArray(String[]::new));
        return out.toString();
    }

    private static HttpResponse<String> csv(String path) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(centre.url() + path))
                        .header("Authorization", "Bearer " + token)
                        .header("Accept", "text/csv")
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void listsComeAsCsvWhereThatIsAskedFor() throws Exception {
        var gateways = csv("/api/v1/gateways?limit=1");
        assertThat(gateways.headers().firstValue("content-type").orElse("")).startsWith("text/csv");
        assertThat(gateways.body())
                .startsWith("id,site,labels,state,")
                .contains("oven-1,acme/kiel,");
        var next = gateways.headers().firstValue("link").orElseThrow();
        assertThat(next).matches("<\\?cursor=.+&limit=1>; rel=\"next\"");
        var cursor = next.substring(1, next.indexOf('>'));
        assertThat(csv("/api/v1/gateways" + cursor).body())
                .contains("press-1")
                .doesNotContain("oven-1");
        assertThat(csv("/api/v1/alarms").body()).startsWith("id,gateway,name,tag,");
        var history =
                csv(
                        "/api/v1/history?gateway=press-1&tag=device-2/tag-2&from="
                                + START
                                + "&to="
                                + START.plusSeconds(600));
        assertThat(history.body().lines().count())
                .isEqualTo(
                        1
                                + PRESS.made().stream()
                                        .filter(m -> m.tag().equals("device-2/tag-2"))
                                        .count());
    }

    @Test
    void everyListIsOfASiteAndALabel() throws Exception {
        assertThat(drmectl("tags", "--site", "acme/kiel", "-o", "csv")).hasLineCount(4);
        assertThat(drmectl("latest", "--label", "line:1", "-o", "csv")).hasLineCount(1 + TAGS);
        assertThat(drmectl("alarms", "--site", "acme/**", "--match", "**"))
                .contains("gateway-silent");
        for (var list : List.of("devices", "findings", "alarms", "gateways", "tags", "latest")) {
            assertThat(
                            csv("/api/v1/" + list + "?site=acme/**&label=line:1&match=press-1/**")
                                    .statusCode())
                    .as(list)
                    .isEqualTo(200);
        }
        assertThat(drmectl("latest", "--watch", "1ms")).contains("at least 100ms");
    }

    @Test
    void theHighestAndTheLowestComeFirst() throws Exception {
        var all = csv("/api/v1/latest").body().lines().count() - 1;
        var top = csv("/api/v1/latest?top=2").body().lines().toList();
        var low = csv("/api/v1/latest?top=-1000").body().lines().toList();
        assertThat(top).hasSize(3);
        assertThat(low.size() - 1).isBetween(3, (int) all);
        assertThat(low.reversed().subList(0, 2)).isEqualTo(top.subList(1, 3));
        assertThat(csv("/api/v1/latest?top=1001").statusCode()).isEqualTo(400);
    }

    // They have no gateway of the fleet: a filter hid them, and SQL never saw them.
    @Test
    void alarmsOfTheCentreBelongToTheirSite() throws Exception {
        assertThat(sql("select id from alarms", "site", "acme/kiel").only().getString("id"))
                .isEqualTo("b");
        assertThat(sql("select site from alarms", "label", "line:1").only().getString("site"))
                .isEqualTo("acme/ulm");
        assertThat(sql("select id from alarms", "match", "press-1/**").items()).isEmpty();
        assertThat(csv("/api/v1/alarms?site=acme/kiel").body()).contains("acme/kiel");
        assertThat(csv("/api/v1/alarms?site=acme/kiel").body().lines()).hasSize(2);
        assertThat(csv("/api/v1/alarms?label=line:1").body()).contains("acme/ulm");
        assertThat(sql("select id from alarms", "to", "1970-01-01T00:00:00Z").items()).isEmpty();
        assertThat(sql("select id from alarms", "to", "1971-01-01T00:00:00Z").items()).hasSize(2);
    }

    // A join of everything with everything would hold the grid for hours.
    @Test
    void aStatementThatTakesTooLongIsEndedAndTheNextIsRun() throws Exception {
        var rows = new ArrayList<@Nullable Object[]>();
        for (long i = 0; i < 3_000; i++) {
            rows.add(new Object[] {i});
        }
        var table =
                new SqlGrid.Table(
                        "numbers", List.of(new SqlGrid.Column("n", SqlGrid.Kind.WHOLE)), rows);
        try (var member = Member.start(CloudConfig.defaults().withClusterPort(5797).cluster())) {
            var grid = new SqlGrid(member, new SystemClock());
            var bounds = new SqlGrid.Bounds(10, Duration.ofSeconds(20), () -> true);
            assertThat(
                            grid.select("select sum(n) as s from numbers", List.of(table), bounds)
                                    .rows())
                    .isEqualTo(List.of(List.of(3_000L * 2_999 / 2)));
            var cut = grid.select("select n from numbers", List.of(table), bounds);
            assertThat(cut.truncated()).isTrue();
            assertThat(cut.rows()).hasSize(10);
            var endless =
                    "select sum(a.n + b.n + c.n) from numbers a, numbers b, numbers c where a.n + b.n <> c.n";
            var few = new SqlGrid.Bounds(10, Duration.ofSeconds(1), () -> true);
            assertThatThrownBy(() -> grid.select(endless, List.of(table), few))
                    .isInstanceOfSatisfying(
                            SqlGrid.SqlException.class,
                            e -> assertThat(e.isLate()).as(e.getMessage()).isTrue());
            var unwanted = new SqlGrid.Bounds(10, Duration.ofSeconds(20), () -> false);
            assertThatThrownBy(() -> grid.select(endless, List.of(table), unwanted))
                    .hasMessageContaining("client is gone");
            assertThat(grid.select("select count(*) from numbers", List.of(table), bounds).rows())
                    .isEqualTo(List.of(List.of(3_000L)));
        }
    }
}
