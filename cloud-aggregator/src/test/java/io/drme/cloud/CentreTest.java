package io.drme.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.core.Hazelcast;
import io.drme.cloud.config.CloudConfig;
import io.drme.cloud.ctl.Drmectl;
import io.drme.testing.RouteMatrix;
import io.drme.time.SystemClock;
import io.drme.web.Access;
import io.drme.web.Role;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A whole centre over its real interfaces: HTTP and the command lines. */
class CentreTest {
    @TempDir private static Path data;

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static Centre centre;
    private static String token;

    @BeforeAll
    static void start() throws Exception {
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

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(centre.url() + path))
                        .header("Authorization", "Bearer " + token)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(String path, String body)
            throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(centre.url() + path))
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void everyRouteLetsInExactlyTheRolesOfItsRule() throws Exception {
        var tokens = new HashMap<String, String>();
        try (var access = new Tokens(data)) {
            for (var role : Role.values()) {
                tokens.put(role.text(), access.of(role));
            }
        }
        var routes = new ArrayList<RouteMatrix.Route>();
        var paths = new JsonObject(get("/openapi.json").body()).getJsonObject("paths");
        for (var path : paths.fieldNames()) {
            for (var method : paths.getJsonObject(path).fieldNames()) {
                var rule = paths.getJsonObject(path).getJsonObject(method).getString("x-drme-rule");
                routes.add(
                        new RouteMatrix.Route(
                                method.toUpperCase(java.util.Locale.ROOT), path, rule));
            }
        }
        assertThat(routes)
                .extracting(RouteMatrix.Route::path)
                .contains(
                        "/api/v1/gateways", "/api/v1/reconcile", "/api/v1/alarms/{id}/acknowledge");
        assertThat(RouteMatrix.walk(URI.create(centre.url()), routes, tokens)).isGreaterThan(100);
    }

    /** Bearer tokens of users with each role, made over REST as a person would. */
    private static final class Tokens implements AutoCloseable {
        Tokens(Path data) {
            assertThat(data).isDirectory();
        }

        String of(Role role) throws Exception {
            var name = "walker-" + role.text();
            assertThat(
                            post(
                                            "/api/v1/users",
                                            "{\"name\":\"%s\",\"role\":\"%s\"}"
                                                    .formatted(name, role.text()))
                                    .statusCode())
                    .isEqualTo(201);
            var made = post("/api/v1/users/" + name + "/tokens", "{\"purpose\":\"test\"}");
            return new JsonObject(made.body()).getString("token");
        }

        @Override
        public void close() {
            // the users stay with the data directory
        }
    }

    // A person must learn what, where, what was expected and what to do.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/v1/history?tag=a/b|gateway|400",
                "/api/v1/history?gateway=nobody&tag=a/b|gateway|404",
                "/api/v1/history?gateway=nobody&tag=a/b&from=yesterday|from|400",
                "/api/v1/history?gateway=nobody&tag=a/b&from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z|to|400",
                "/api/v1/latest?label=line|label|400",
                "/api/v1/latest?mtach=x|mtach|400",
                "/api/v1/latest?limit=0|limit|400",
                "/api/v1/alarms?state=angry|state|400",
                "/api/v1/gateways/nobody|gateway|404",
                "/api/v1/reconcile|gateway|400"
            })
    void aBadQuestionIsToldWhatWhereAndWhatToDo(String path, String where, int status)
            throws Exception {
        var answer = get(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("content-type"))
                .contains("application/problem+json");
        var problem = new JsonObject(answer.body());
        assertThat(problem.getString("where")).isEqualTo(where);
        assertThat(problem.getString("detail")).isNotBlank();
        assertThat(problem.getString("remedy")).isNotBlank();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/v1/alarms/acknowledge|nonsense|400",
                "/api/v1/alarms/acknowledge|{}|400",
                "/api/v1/alarms/acknowledge|{\"ids\":[]}|400",
                "/api/v1/alarms/acknowledge|{\"ids\":[1]}|400",
                "/api/v1/alarms/acknowledge|{\"idz\":[]}|400",
                "/api/v1/alarms/none/acknowledge|{}|404",
                "/api/v1/alarms/none/shelve|{\"for\":\"soon\",\"reason\":\"x\"}|400"
            })
    void aBadBodyIsRefusedAndNothingHappens(String path, String body, int status) throws Exception {
        var answer = post(path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(new JsonObject(answer.body()).getString("detail")).isNotBlank();
    }

    @Test
    void aSecondStartOnTheSameDataNamesTheProcessThatHasIt() {
        assertThatThrownBy(() -> Centre.start(CloudConfig.defaults(), data, new SystemClock()))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("process " + ProcessHandle.current().pid());
    }

    @Test
    void aTakenPortIsNamed(@TempDir Path other) {
        int port = URI.create(centre.url()).getPort();
        var config =
                CloudConfig.defaults()
                        .withPorts(Optional.of(port), Optional.of(0))
                        .withClusterPort(5797);
        assertThatThrownBy(() -> Centre.start(config, other, new SystemClock()))
                .isInstanceOf(StartException.class)
                .hasMessageContaining(String.valueOf(port));
    }

    // It went on in the background, and kept its port from the next start.
    @Test
    void whereTheDatabaseFailsTheMemberIsEndedToo(@TempDir Path other) throws Exception {
        Files.createDirectory(other.resolve("drme.db"));
        var config =
                CloudConfig.defaults()
                        .withPorts(Optional.of(0), Optional.of(0))
                        .withClusterPort(5799);
        assertThatThrownBy(() -> Centre.start(config, other, new SystemClock()))
                .isInstanceOf(StartException.class);
        for (var thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("member-start")) {
                thread.join();
            }
        }
        assertThat(Hazelcast.getAllHazelcastInstances())
                .noneMatch(i -> i.getCluster().getLocalMember().getAddress().getPort() == 5799);
    }

    private record Ran(int code, String out, String err) {}

    private static Ran drmectl(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int code = Drmectl.run(new PrintWriter(out), new PrintWriter(err), Map.of(), arguments);
        return new Ran(code, out.toString(), err.toString());
    }

    private static Ran here(String... arguments) {
        var all = new ArrayList<>(List.of("--data", data.toString()));
        all.addAll(List.of(arguments));
        return drmectl(all.toArray(String[]::new));
    }

    @Test
    void drmectlFindsTheCentreByItsDataDirectory() {
        assertThat(here("gateways")).isEqualTo(new Ran(0, "none\n", ""));
        assertThat(here("latest", "-o", "csv").out())
                .isEqualTo("gateway,tag,value,unit,quality,reason,sourceTime\n");
        assertThat(new JsonObject(here("alarms", "-o", "json").out()).getJsonArray("items"))
                .isEmpty();
        assertThat(here("reconcile").code()).isZero();
        assertThat(here("watch", "--for", "100ms").code()).isZero();
    }

    @Test
    void aGlobIsTakenAsAnArgumentOrByName() {
        for (var command : List.of("latest", "tags")) {
            assertThat(here(command, "*/press-3/**")).isEqualTo(new Ran(0, "none\n", ""));
            assertThat(here(command, "--match", "*/press-3/**"))
                    .isEqualTo(new Ran(0, "none\n", ""));
        }
        assertThat(here("watch", "--match", "a/**", "--for", "100ms").code()).isZero();
        var both = here("latest", "a/**", "--match", "b/**");
        assertThat(both.code()).isEqualTo(2);
        assertThat(both.err()).contains("'a/**'").contains("'b/**'");
    }

    // What the centre refused is told whole: what, where, and what it expected.
    @Test
    void aWrongParameterIsWrongUsageAndSaysWhatIsAllowed() {
        var state = here("alarms", "--state", "nosuch");
        assertThat(state.code()).isEqualTo(2);
        assertThat(state.err())
                .contains("state")
                .contains("'nosuch'")
                .contains("unacknowledged")
                .hasLineCount(1);
        var role = here("users", "add", "carl", "--role", "boss");
        assertThat(role.code()).isEqualTo(2);
        assertThat(role.err()).contains("'boss'").contains("engineer");
        assertThat(here("history", "a/b/c", "--from", "soon").code()).isEqualTo(2);
        assertThat(here("alarms", "acknowledge", "nosuch").code()).isEqualTo(1);
    }

    @Test
    void drmectlTellsAProblemInOneLineAndExitsWithOne() {
        var ran = here("history", "nobody/a/b");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).startsWith("drmectl: ").contains("nobody").hasLineCount(1);
        assertThat(drmectl("gateways").err()).contains("--data").contains("DRME_TOKEN");
        assertThat(drmectl("--url", "http://127.0.0.1:9", "gateways").code()).isEqualTo(1);
    }

    @Test
    void drmectlExitsWithTwoOnWrongUsageAndHelpsWithExamples() {
        assertThat(here("latset").code()).isEqualTo(2);
        assertThat(here("history").code()).isEqualTo(2);
        for (var command :
                List.of(
                        "gateways",
                        "tags",
                        "latest",
                        "history",
                        "gaps",
                        "alarms",
                        "reconcile",
                        "watch",
                        "users")) {
            assertThat(here(command, "--help").out())
                    .as(command)
                    .containsOnlyOnce("Example")
                    .contains("  drmectl --data DIR " + command);
        }
    }

    @Test
    void usersAreChangedAndRemovedOverTheRunningCentre() {
        assertThat(here("users", "add", "dora", "--role", "viewer").code()).isZero();
        assertThat(here("users", "code", "dora").out()).contains("dora");
        assertThat(here("users", "role", "dora", "engineer")).isEqualTo(new Ran(0, "", ""));
        assertThat(here("users", "-o", "csv").out()).contains("dora,engineer");
        assertThat(here("users", "remove", "dora").code()).isZero();
        assertThat(here("users").out()).doesNotContain("dora");
        assertThat(here("users", "role", "nobody", "viewer").code()).isEqualTo(1);
    }

    // A list that is cut must not look whole.
    @Test
    void aListThatIsCutSaysSo() {
        for (var name : List.of("list-a", "list-b", "list-c")) {
            assertThat(here("users", "add", name, "--role", "viewer").code()).isZero();
        }
        var cut = here("users", "--limit", "2", "-o", "csv");
        assertThat(cut.out()).hasLineCount(3);
        assertThat(cut.err()).contains("first 2").contains("--limit");
        assertThat(here("users").err()).isEmpty();
        var json = new JsonObject(here("users", "-o", "json").out()).getJsonArray("items");
        assertThat(json.size()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void deedsOnAlarmsTellWhatBecameOfEach() {
        assertThat(here("alarms", "shelve", "none").code()).isEqualTo(2);
        var one = here("alarms", "shelve", "none", "--for", "2h", "--reason", "x");
        assertThat(one.code()).isEqualTo(1);
        assertThat(one.err()).contains("none").hasLineCount(1);
        var two = here("alarms", "unshelve", "none", "other", "-o", "csv");
        assertThat(two.code()).isEqualTo(1);
        assertThat(two.out()).contains("none,,failed,").contains("other,,failed,");
        assertThat(here("alarms", "--state", "open")).isEqualTo(new Ran(0, "none\n", ""));
        assertThat(here("sites", "--levels", "0").code()).isZero();
        assertThat(here("gateways", "--order", "colour").code()).isEqualTo(2);
        assertThat(here("reconcile", "--verify").code()).isEqualTo(2);
    }

    @Test
    void usersAreAddedOverTheRunningCentre() {
        var out = new StringWriter();
        var err = new StringWriter();
        int code =
                Main.run(
                        new PrintWriter(out),
                        new PrintWriter(err),
                        "users",
                        "add",
                        "anna",
                        "--role",
                        "operator",
                        "--data",
                        data.toString());
        assertThat(code).as(err.toString()).isZero();
        assertThat(out.toString()).contains("anna").contains("operator");
        assertThat(here("users").out()).contains("anna");
    }

    @Test
    void usersAreAddedWhereNoCentreRuns(@TempDir Path other) throws Exception {
        var out = new StringWriter();
        int code =
                Main.run(
                        new PrintWriter(out),
                        new PrintWriter(new StringWriter()),
                        "users",
                        "add",
                        "bert",
                        "--role",
                        "viewer",
                        "--data",
                        other.toString());
        assertThat(code).isZero();
        assertThat(Access.users(other, new SystemClock()).list())
                .extracting(u -> u.name())
                .containsExactly("bert");
    }
}
