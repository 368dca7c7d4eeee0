package io.drme.web;

import static io.drme.web.TestServer.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignInTest {
    private static final String SESSION = "/api/v1/session";

    @TempDir private Path data;
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = TestServer.plain(data);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aOneTimeCodeSetsAPasswordWhichThenSignsIn() throws Exception {
        var code = server.access.users().add("anna", Role.OPERATOR).code();
        var first = signIn(code(code).put("password", "fresh-bread"));
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(json(first).getString("role")).isEqualTo("operator");
        var second = signIn(password("anna", "fresh-bread"));
        assertThat(whoAmI(second).getString("name")).isEqualTo("anna");
        assertThat(signIn(password("anna", "fresh-brea")).statusCode()).isEqualTo(401);
        assertThat(signIn(password("nobody", "fresh-bread")).statusCode()).isEqualTo(401);
    }

    @Test
    void aCodeWorksOnceAndForADay() throws Exception {
        var users = server.access.users();
        var code = users.add("anna", Role.VIEWER).code();
        assertThat(signIn(code(" " + code.toUpperCase(java.util.Locale.ROOT))).statusCode())
                .isEqualTo(200);
        assertThat(signIn(code(code)).statusCode()).isEqualTo(401);
        var late = users.newCode("anna").code();
        server.clock.advance(Users.CODE_LIFETIME.plusSeconds(1));
        assertThat(signIn(code(late)).statusCode()).isEqualTo(401);
    }

    // A password that is refused must not have used up the code.
    @ParameterizedTest
    @ValueSource(strings = {"12345", "short", "aaaaaaaaaaaa", "112211"})
    void aPlainPasswordIsRefusedAndTheCodeKept(String plain) throws Exception {
        var code = server.access.users().add("anna", Role.VIEWER).code();
        assertThat(signIn(code(code).put("password", plain)).statusCode()).isEqualTo(400);
        assertThat(signIn(code(code).put("password", "123956")).statusCode()).isEqualTo(200);
    }

    @Test
    void guessingIsSlowedDownButOthersGetIn() throws Exception {
        server.access.users().add("anna", Role.VIEWER);
        server.access.users().setPassword("anna", "fresh-bread");
        server.access.users().add("ben", Role.VIEWER);
        server.access.users().setPassword("ben", "other-bread");
        for (int i = 0; i < 5; i++) {
            assertThat(signIn(password("anna", "guess-" + i)).statusCode()).isEqualTo(401);
        }
        var refused = signIn(password("anna", "fresh-bread"));
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(json(refused).getString("expected")).contains("pause of");
        assertThat(signIn(password("ben", "other-bread")).statusCode()).isEqualTo(200);
        server.clock.advance(Duration.ofSeconds(6));
        assertThat(signIn(password("anna", "fresh-bread")).statusCode()).isEqualTo(200);
    }

    @Test
    void theCookieIsKeptFromScriptsAndOtherSites() throws Exception {
        var cookie = signedIn("anna", Role.VIEWER).headers().firstValue("set-cookie").orElseThrow();
        assertThat(cookie).contains("HttpOnly").contains("SameSite=Strict").contains("Path=/");
    }

    @Test
    void aSessionEndsWhenNotUsedAndAfterAShiftInAnyCase() throws Exception {
        var idle = signedIn("anna", Role.VIEWER);
        server.clock.advance(Sessions.IDLE_LIMIT.plusSeconds(1));
        assertThat(whoAmI(idle).getString("name")).isNull();

        var busy = signIn(password("anna", "fresh-bread"));
        for (int i = 0; i < 24; i++) {
            assertThat(whoAmI(busy).getString("name")).as("after %d half hours", i).isNotNull();
            server.clock.advance(Duration.ofMinutes(30));
        }
        server.clock.advance(Duration.ofSeconds(1));
        assertThat(whoAmI(busy).getString("name")).isNull();
    }

    @Test
    void signingOutEndsTheSession() throws Exception {
        var session = signedIn("anna", Role.VIEWER);
        var out = server.request(SESSION).DELETE().header("cookie", cookie(session));
        assertThat(server.send(out).statusCode()).isEqualTo(204);
        assertThat(whoAmI(session).getString("name")).isNull();
    }

    // A killed agent must not sign the plant's staff out.
    @Test
    void aSessionOutlivesARestart() throws Exception {
        var session = signedIn("anna", Role.VIEWER);
        server.close();
        server = new TestServer(data, server.clock, _ -> List.of(), (_, _) -> {});
        assertThat(whoAmI(session).getString("name")).isEqualTo("anna");
    }

    @Test
    void removingAUserOrChangingTheRoleWorksAtOnce() throws Exception {
        var session = signedIn("anna", Role.ADMIN);
        assertThat(statusOf("/api/v1/users", session)).isEqualTo(200);
        server.access.users().setRole("anna", Role.VIEWER);
        assertThat(statusOf("/api/v1/users", session)).isEqualTo(403);
        server.access.users().remove("anna");
        assertThat(statusOf("/metrics", session)).isEqualTo(401);
    }

    // The command line changes the file beside the running program.
    @Test
    void aUserAddedByAnotherProcessCanSignIn() throws Exception {
        assertThat(server.access.users().list()).isEmpty();
        var other = new Users(data.resolve("users.json"), server.clock);
        var code = other.add("anna", Role.VIEWER).code();
        assertThat(signIn(code(code)).statusCode()).isEqualTo(200);
        assertThat(other.list().getFirst().codes()).isZero();
    }

    @Test
    void anotherOriginsPageCanNotUseTheSession() throws Exception {
        var session = cookie(signedIn("anna", Role.ADMIN));
        var body = "{\"name\":\"eve\",\"role\":\"admin\"}";
        for (var origin : List.of("http://evil.example", "http://127.0.0.1:1", "null")) {
            var forged = server.post("/api/v1/users", body, "cookie", session, "origin", origin);
            assertThat(forged.statusCode()).as(origin).isEqualTo(403);
        }
        assertThat(server.post("/api/v1/users", body, "cookie", session).statusCode())
                .as("a browser always sends an origin")
                .isEqualTo(403);
        assertThat(server.access.users().exists("eve")).isFalse();
        var own = server.post("/api/v1/users", body, "cookie", session, "origin", server.origin());
        assertThat(own.statusCode()).isEqualTo(201);
    }

    @Test
    void theDirectorysTokenIsAnAdministratorsAndItsOwnersOnly() throws Exception {
        var file = data.resolve("token");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        var token = Access.token(data).orElseThrow();
        assertThat(token).hasSize(43);
        assertThat(server.getAs(token, "/api/v1/users").statusCode()).isEqualTo(200);
        assertThat(server.getAs(token + "x", "/api/v1/users").statusCode()).isEqualTo(401);
        assertThat(json(server.getAs(token, SESSION)).getString("name")).isEqualTo("token");
    }

    @Test
    void aUsersTokenHasTheUsersRoleUntilItIsEnded() throws Exception {
        var token = server.tokenOf("grafana", Role.VIEWER);
        assertThat(server.getAs(token, "/metrics").statusCode()).isEqualTo(200);
        assertThat(server.getAs(token, "/api/v1/users").statusCode()).isEqualTo(403);
        server.access.users().removeTokens("grafana");
        assertThat(server.getAs(token, "/metrics").statusCode()).isEqualTo(401);
    }

    @Test
    void noSecretIsKeptInTheClear() throws Exception {
        var users = server.access.users();
        var code = users.add("anna", Role.VIEWER).code();
        users.setPassword("anna", "fresh-bread");
        var token = users.newToken("anna", "test");
        var session = cookie(signIn(password("anna", "fresh-bread")));
        var id = session.substring(session.indexOf('=') + 1);
        var kept = new StringBuilder();
        for (var file : List.of("users.json", "sessions.json")) {
            kept.append(Files.readString(data.resolve(file)));
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(data.resolve(file))))
                    .isEqualTo("rw-------");
        }
        assertThat(kept.toString())
                .contains("$argon2id$")
                .doesNotContain(code, code.replace("-", ""), "fresh-bread", token, id);
    }

    @Test
    void oneChangesOnesOwnPasswordWithTheOldOne() throws Exception {
        var session = cookie(signedIn("anna", Role.VIEWER));
        assertThat(setPassword(session, "wrong-bread").statusCode()).isEqualTo(403);
        assertThat(setPassword(session, "fresh-bread").statusCode()).isEqualTo(204);
        assertThat(signIn(password("anna", "stale-bread")).statusCode()).isEqualTo(200);
    }

    @Test
    void nobodyIsThereAtTheStart() {
        assertThat(server.access.users().list()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Anna", "a b", "token", "ümit", "x/../y"})
    void aNameOutsideTheFormIsRefused(String name) {
        var users = server.access.users();
        assertThatThrownBy(() -> users.add(name, Role.VIEWER)).isInstanceOf(ProblemException.class);
    }

    @Test
    void aDamagedFileOfUsersIsReportedAndNotReplaced() throws Exception {
        server.access.users().add("anna", Role.VIEWER);
        Files.writeString(data.resolve("users.json"), "{\"users\":[{\"na");
        var token = Access.token(data).orElseThrow();
        var response = server.getAs(token, "/api/v1/users");
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(json(response).getString("where")).contains("users.json");
        assertThatThrownBy(() -> server.access.users().add("ben", Role.VIEWER))
                .isInstanceOf(ProblemException.class);
        assertThat(Files.readString(data.resolve("users.json"))).isEqualTo("{\"users\":[{\"na");
    }

    @Test
    void twoWhoTryTheSameCodeAtOnceGetOneSession() throws Exception {
        var code = server.access.users().add("anna", Role.VIEWER).code();
        var request = server.posting(SESSION, code(code).encode()).build();
        var handler = HttpResponse.BodyHandlers.discarding();
        var tries =
                java.util.stream.Stream.generate(() -> server.client.sendAsync(request, handler))
                        .limit(8)
                        .toList();
        long in = tries.stream().filter(t -> t.join().statusCode() == 200).count();
        assertThat(in).isEqualTo(1);
    }

    private HttpResponse<String> setPassword(String session, String old) throws Exception {
        var body = new JsonObject().put("old", old).put("password", "stale-bread").encode();
        var request =
                server.request(SESSION + "/password")
                        .PUT(java.net.http.HttpRequest.BodyPublishers.ofString(body))
                        .headers("content-type", "application/json", "cookie", session)
                        .header("origin", server.origin());
        return server.send(request);
    }

    private HttpResponse<String> signedIn(String name, Role role) throws Exception {
        server.access.users().add(name, role);
        server.access.users().setPassword(name, "fresh-bread");
        return signIn(password(name, "fresh-bread"));
    }

    private HttpResponse<String> signIn(JsonObject body) throws IOException, InterruptedException {
        return server.post(SESSION, body.encode());
    }

    private static JsonObject code(String code) {
        return new JsonObject().put("code", code);
    }

    private static JsonObject password(String name, String password) {
        return new JsonObject().put("name", name).put("password", password);
    }

    private int statusOf(String path, HttpResponse<String> session) throws Exception {
        return server.send(server.request(path).header("cookie", cookie(session))).statusCode();
    }

    private JsonObject whoAmI(HttpResponse<String> session) throws Exception {
        return json(server.send(server.request(SESSION).header("cookie", cookie(session))));
    }

    private static String cookie(HttpResponse<String> signedIn) {
        return signedIn.headers().firstValue("set-cookie").orElseThrow().split(";", 2)[0];
    }
}
