package io.drme.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.testing.ManualClock;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A screen that hangs there for everybody: it stays signed in, and who acts is asked each time. */
class WallTest {
    private static final String DEED = "/t/deed";

    @TempDir Path data;
    private TestServer server;
    private String wall;

    @BeforeEach
    void start() throws Exception {
        server =
                new TestServer(
                        data,
                        new ManualClock(),
                        _ -> List.of(),
                        (api, _) ->
                                api.add(
                                        Route.post(DEED, Rule.OPERATOR, "Tells who did it"),
                                        r ->
                                                Reply.json(
                                                        new JsonObject()
                                                                .put("by", r.who().name()))));
        server.access.users().add("anna", Role.OPERATOR);
        server.access.users().setPassword("anna", "482915");
        server.access.users().add("vera", Role.VIEWER);
        server.access.users().setPassword("vera", "773311");
        var code = server.access.users().add("hall-1", Role.WALL).code();
        var signedIn = server.post("/api/v1/session", new JsonObject().put("code", code).encode());
        wall = signedIn.headers().firstValue("set-cookie").orElseThrow().split(";", 2)[0];
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String basic(String name, String pin) {
        var text = (name + ":" + pin).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(text);
    }

    private HttpResponse<String> deed(String... headers) throws Exception {
        return server.post(DEED, "{}", headers);
    }

    private HttpResponse<String> deedBy(String name, String pin) throws Exception {
        return deed("cookie", wall, "origin", server.origin(), "authorization", basic(name, pin));
    }

    @Test
    void theScreenItselfMayOnlyLook() throws Exception {
        assertThat(server.send(server.request("/metrics").header("cookie", wall)).statusCode())
                .isEqualTo(200);
        assertThat(deed("cookie", wall, "origin", server.origin()).statusCode()).isEqualTo(403);
    }

    @Test
    void whoActsThereIsRecordedByNameAndOnlyForThatRequest() throws Exception {
        var done = deedBy("anna", "482915");
        assertThat(done.statusCode()).isEqualTo(200);
        assertThat(TestServer.json(done).getString("by")).isEqualTo("anna");

        assertThat(deed("cookie", wall, "origin", server.origin()).statusCode()).isEqualTo(403);
        assertThat(deedBy("vera", "773311").statusCode()).as("a viewer").isEqualTo(403);
        assertThat(deedBy("hall-1", "").statusCode()).as("the screen").isEqualTo(401);
    }

    @Test
    void aGuessedPinIsSlowedDownAsAtSigningIn() throws Exception {
        for (int i = 0; i < 5; i++) {
            assertThat(deedBy("anna", "00000" + i).statusCode()).isEqualTo(401);
        }
        assertThat(deedBy("anna", "482915").statusCode()).isEqualTo(429);
    }

    // Planted: counted by address, 20 wrong PINs of others stop everybody at the screen.
    @Test
    void wrongPinsOfOthersStopNobodyAtTheScreenForLong() throws Exception {
        for (int i = 0; i < 60; i++) {
            deedBy("someone-" + i, "000000");
            server.clock.advance(Duration.ofSeconds(5));
        }
        assertThat(deedBy("anna", "482915").statusCode()).isEqualTo(200);
    }

    // Planted: with no counter of the screen itself names can be tried without end.
    @Test
    void manyWrongNamesInARowWaitAMomentAndASuccessEasesThem() throws Exception {
        for (int i = 0; i < 50; i++) {
            assertThat(deedBy("someone-" + i, "000000").statusCode()).isEqualTo(401);
        }
        assertThat(deedBy("anna", "482915").statusCode()).isEqualTo(429);
        server.clock.advance(Duration.ofSeconds(5));
        assertThat(deedBy("anna", "482915").statusCode()).isEqualTo(200);
        assertThat(deedBy("someone", "000000").statusCode()).isEqualTo(401);
        assertThat(deedBy("anna", "482915").statusCode()).isEqualTo(200);
    }

    // Name and PIN with each request would be one more place to guess them at.
    @Test
    void withoutTheScreensSessionNameAndPinAreNoWayIn() throws Exception {
        assertThat(deed("authorization", basic("anna", "482915")).statusCode()).isEqualTo(401);
        var own =
                server.post(
                                "/api/v1/session",
                                new JsonObject()
                                        .put("name", "vera")
                                        .put("password", "773311")
                                        .encode())
                        .headers()
                        .firstValue("set-cookie")
                        .orElseThrow()
                        .split(";", 2)[0];
        assertThat(
                        deed(
                                        "cookie",
                                        own,
                                        "origin",
                                        server.origin(),
                                        "authorization",
                                        basic("anna", "482915"))
                                .statusCode())
                .isEqualTo(401);
        assertThat(
                        deed(
                                        "cookie",
                                        wall,
                                        "origin",
                                        "http://evil.example",
                                        "authorization",
                                        basic("anna", "482915"))
                                .statusCode())
                .isEqualTo(403);
    }

    @Test
    void theScreenStaysSignedInUntilItsUserBecomesAnother() throws Exception {
        server.clock.advance(Duration.ofDays(100));
        assertThat(server.send(server.request("/metrics").header("cookie", wall)).statusCode())
                .isEqualTo(200);

        server.access.users().setRole("hall-1", Role.OPERATOR);
        assertThat(server.send(server.request("/metrics").header("cookie", wall)).statusCode())
                .as("a hundred days are too long for a person")
                .isEqualTo(401);
    }
}
