package io.drme.web;

import static io.drme.web.TestServer.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.model.Value;
import io.drme.testing.ManualClock;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebServerTest {
    private TestServer server;

    @BeforeEach
    void start(@TempDir Path data) throws Exception {
        server = new TestServer(data, new ManualClock(), _ -> List.of(), WebServerTest::addRoutes);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static void addRoutes(Api api, TestServer server) {
        api.add(
                Route.get("/t/params", Rule.PUBLIC, "Echoes")
                        .query("match", "glob", "which")
                        .query("step", "duration", "how fine")
                        .query("from", "RFC 3339 time", "since when")
                        .paged(),
                request ->
                        Reply.json(
                                new JsonObject()
                                        .put("match", request.glob("match").toString())
                                        .put("from", request.time("from").orElse(0))
                                        .put("limit", request.limit())
                                        .put("cursor", request.cursor().orElse(""))
                                        .put(
                                                "step",
                                                request.duration("step")
                                                        .map(d -> d.toMillis())
                                                        .orElse(0L))));
        api.add(
                Route.get("/t/list", Rule.PUBLIC, "Lists")
                        .paged()
                        .query("match", "pattern", "of names"),
                request ->
                        Reply.page(
                                Page.ofSorted(
                                        request,
                                        IntStream.range(0, 25).mapToObj("item-%02d"::formatted),
                                        Function.identity(),
                                        name -> new JsonObject().put("name", name))));
        api.add(
                Route.post("/t/{id}/say", Rule.PUBLIC, "Says")
                        .body(
                                Schema.object(
                                        Schema.field("words", Schema.text("what")),
                                        Schema.optional("ids", Schema.text("which")),
                                        Schema.optional("for", Schema.text("how long")))),
                request ->
                        Reply.json(
                                new JsonObject()
                                        .put("id", request.path("id"))
                                        .put("words", request.body().text("words"))));
        api.add(
                Route.get("/t/bug", Rule.PUBLIC, "Fails"),
                _ -> {
                    throw new IllegalStateException("secret detail of a bug");
                });
        api.add(
                Route.get("/t/values", Rule.PUBLIC, "Values at the edge"),
                _ ->
                        Reply.json(
                                new JsonObject()
                                        .put("big", JsonValues.of(new Value.Int(Long.MAX_VALUE)))
                                        .put("safe", JsonValues.of(new Value.Int(1L << 53)))
                                        .put("nan", JsonValues.of(new Value.Real(Double.NaN)))
                                        .put("time", Times.text(1))));
    }

    @Test
    void aHandlerGetsItsParameters() throws Exception {
        var answer = json(server.get("/t/params?match=a/**&step=90s&from=2026-01-01T00:00:00.5Z"));
        assertThat(answer.getString("match")).isEqualTo("a/**");
        assertThat(answer.getLong("step")).isEqualTo(90_000);
        assertThat(answer.getLong("from")).isEqualTo(1_767_225_600_500_000_000L);
        assertThat(answer.getInteger("limit")).isEqualTo(1_000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "/t/params?mtach=x;mtach;did you mean 'match'?",
                "/t/params?from=yesterday;from;RFC 3339",
                "/t/params?step=long;step;such as",
                "/t/params?step=0s;step;such as",
                "/t/params?limit=0;limit;1 to 10000",
                "/t/params?limit=99999999999999999999;limit;1 to 10000",
                "/t/params?limit=1&limit=2;limit;one value",
                "/t/params?cursor=!!;cursor;'next'",
                "/t/params?cursor=YWJjZGVmZ2g;cursor;'next'",
                "/t/params?match=%zz;match;%XX",
            })
    void aWrongParameterIsNamedWithWhatIsExpected(String path, String where, String expected)
            throws Exception {
        // java.net.URI refuses some of these, so they go over a bare socket.
        var problem = problem(raw("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
        assertThat(problem.getString("where")).isEqualTo(where);
        assertThat(problem.getString("expected").replace(",", "")).contains(expected);
        assertThat(problem.getString("remedy")).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{;400;''",
                "[];400;''",
                "null;400;''",
                "'';400;''",
                "{\"words\":7};400;/words",
                "{\"words\":null};400;/words",
                "{\"words\":\"  \"};400;/words",
                "{\"wrods\":\"x\"};400;/wrods",
                "{\"words\":{\"a\":[]}};400;/words",
            })
    void aWrongBodyIsNamedAndTheServerGoesOn(String body, int status, String where)
            throws Exception {
        var problem = problem(server.post("/t/x/say", body), status);
        assertThat(problem.getString("where", "")).isEqualTo(where);
        assertThat(server.post("/t/x/say", "{\"words\":\"hello\"}").statusCode()).isEqualTo(200);
    }

    @Test
    void aHugeBodyIsRefusedBeforeItIsHeld() throws Exception {
        var response = server.post("/t/x/say", "{\"words\":\"" + "x".repeat(70_000) + "\"}");
        assertThat(problem(response, 413).getString("expected")).contains("65536");
    }

    @Test
    void aBodyNestedDeeplyIsRefusedBeforeItIsParsed() throws Exception {
        var body = "{\"words\":" + "[".repeat(20_000) + "]".repeat(20_000) + "}";
        assertThat(problem(server.post("/t/x/say", body), 400).getString("expected"))
                .contains("32 levels");
    }

    @Test
    void aBodyThatIsNotDeclaredJsonIsRefused() throws Exception {
        var form = server.request("/t/x/say").POST(BodyPublishers.ofString("words=hello"));
        form.header("content-type", "application/x-www-form-urlencoded");
        assertThat(problem(server.send(form), 415).getString("where")).isEqualTo("content-type");
    }

    @Test
    void aParameterOfThePathMayHoldASlash() throws Exception {
        var answer = json(server.post("/t/a%2Fb+c/say", "{\"words\":\"x\"}"));
        assertThat(answer.getString("id")).isEqualTo("a/b+c");
    }

    @Test
    void whatIsNotThereSaysSo() throws Exception {
        problem(server.get("/nothing/here"), 404);
        var wrong = server.get("/t/x/say");
        assertThat(problem(wrong, 405).getString("expected")).isEqualTo("POST");
        assertThat(wrong.headers().firstValue("allow")).contains("POST");
    }

    @Test
    void aBugAnswers500WithoutItsDetailAndTheServerGoesOn() throws Exception {
        var response = server.get("/t/bug");
        problem(response, 500);
        assertThat(response.body()).doesNotContain("secret detail");
        assertThat(server.get("/t/values").statusCode()).isEqualTo(200);
    }

    @Test
    void aListComesInPagesWithoutGapsOrDoubles() throws Exception {
        var names = new java.util.ArrayList<String>();
        String next = "";
        while (next != null) {
            var page = json(server.get("/t/list?limit=10&cursor=" + next));
            page.getJsonArray("items").forEach(i -> names.add(((JsonObject) i).getString("name")));
            next = page.getString("next");
        }
        assertThat(names)
                .isEqualTo(IntStream.range(0, 25).mapToObj("item-%02d"::formatted).toList());
    }

    // Planted: only the cursor in the link, so that the second page had 100 items, not 10.
    @Test
    void aListAsCsvGoesOnWithTheWholeQuestion() throws Exception {
        var names = new java.util.ArrayList<String>();
        var question = "?limit=10&match=item-%2A*";
        int pages = 0;
        while (!question.isEmpty()) {
            var request = server.request("/t/list" + question).header("accept", "text/csv");
            var page = server.send(request);
            assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
            page.body().lines().skip(1).forEach(names::add);
            pages++;
            var link = page.headers().firstValue("link").orElse("<>; rel=\"next\"");
            question = link.substring(1, link.indexOf('>'));
            if (!question.isEmpty()) {
                assertThat(question).contains("match=item-").contains("limit=10");
                assertThat(question.split("cursor=", -1)).as(question).hasSize(2);
            }
        }
        assertThat(pages).isEqualTo(3);
        assertThat(names)
                .isEqualTo(IntStream.range(0, 25).mapToObj("item-%02d"::formatted).toList());
    }

    @Test
    void integersThatADoubleCanNotHoldComeAsText() throws Exception {
        var answer = server.get("/t/values").body();
        assertThat(answer)
                .contains("\"big\":\"9223372036854775807\"")
                .contains("\"safe\":9007199254740992")
                .contains("\"nan\":\"NaN\"")
                .contains("\"time\":\"1970-01-01T00:00:00.000000001Z\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: x\r\nX: %s\r\n\r\n",
                "GET /%s HTTP/1.1\r\nHost: x\r\n\r\n",
            })
    void anOverlongHeadIsRefused(String form) throws Exception {
        assertThat(raw(form.formatted("x".repeat(40_000)))).containsPattern("^HTTP/1.[01] 431");
        assertThat(server.get("/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void garbageIsRefused() throws Exception {
        assertThat(raw("\u0000\u0001 rubbish\r\n\r\n")).containsPattern("^HTTP/1.[01] 400");
        assertThat(server.get("/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void aPageMayRunOurScriptsAndItsImportMapOnly() throws Exception {
        var page = server.get("/");
        var policy = page.headers().firstValue("content-security-policy").orElseThrow();
        var map =
                Pattern.compile("<script type=\"importmap\">(.*?)</script>", Pattern.DOTALL)
                        .matcher(page.body());
        assertThat(map.find()).isTrue();
        var hash = MessageDigest.getInstance("SHA-256").digest(map.group(1).getBytes(UTF_8));
        assertThat(policy)
                .contains("'sha256-" + Base64.getEncoder().encodeToString(hash) + "'")
                .doesNotContain("unsafe");
        assertThat(page.headers().firstValue("x-content-type-options")).contains("nosniff");
        // Everything the map names is there, so that the page works without any network.
        for (var entry : new JsonObject(map.group(1)).getJsonObject("imports")) {
            var target = String.valueOf(entry.getValue());
            if (target.endsWith(".js")) {
                assertThat(server.get(target).statusCode()).as(target).isEqualTo(200);
            }
        }
    }

    @Test
    void filesAreCachedAndZipped() throws Exception {
        var path = "/assets/parts/style.css";
        var first = server.send(server.request(path).header("accept-encoding", "gzip, deflate"));
        assertThat(first.headers().firstValue("content-encoding")).contains("gzip");
        var etag = first.headers().firstValue("etag").orElseThrow();
        assertThat(server.send(server.request(path).header("if-none-match", etag)).statusCode())
                .isEqualTo(304);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/assets/../io/drme/web/Users.class",
                "/assets/parts/../../META-INF/MANIFEST.MF",
                "/webjars/password4j/x.js",
                "/webjars/lit/../../../META-INF/MANIFEST.MF",
                "/assets//etc/passwd",
                "/assets/%2e%2e/x.js",
            })
    void noFileOutsideThePagesIsServed(String path) throws Exception {
        assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 404");
    }

    @Test
    void readinessNamesWhatIsMissing() throws Exception {
        assertThat(server.get("/health/ready").statusCode()).isEqualTo(200);
        server.health.add("store", () -> java.util.Optional.of("the disk is full"));
        assertThat(problem(server.get("/health/ready"), 503).getString("detail"))
                .contains("store: the disk is full");
    }

    @Test
    void beyondLoopbackItListensWithTlsOnly(@TempDir Path data) throws Exception {
        var vertx = Vertx.vertx();
        var beyond = new Listen("0.0.0.0", 0, null, null);
        var access = Access.open(data, new ManualClock());
        assertThatThrownBy(() ->
                        WebServer.start(
                                vertx, beyond, "plant", new Api("x", "1"), access, new Metrics()))
                .isInstanceOf(CannotListenException.class)
                .hasMessageContaining("0.0.0.0")
                .hasMessageContaining("certificate and key");
        var taken = Listen.onLoopback(server.server.port());
        assertThatThrownBy(() ->
                        WebServer.start(
                                vertx, taken, "plant", new Api("x", "1"), access, new Metrics()))
                .isInstanceOf(CannotListenException.class)
                .hasMessageContaining(Integer.toString(server.server.port()));
        vertx.close().await();
    }

    private static JsonObject problem(HttpResponse<String> response, int status) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("content-type"))
                .contains("application/problem+json");
        return json(response);
    }

    private static JsonObject problem(String response, int status) {
        assertThat(response).startsWith("HTTP/1.1 " + status);
        return new JsonObject(response.substring(response.indexOf("\r\n\r\n") + 4));
    }

    /** Sends bytes as they are, and reads until the answer's end. */
    private String raw(String request) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(
                            request.replace("Host: x\r\n", "Host: x\r\nConnection: close\r\n")
                                    .getBytes(UTF_8));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }
}
