package io.drme.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.testing.ManualClock;
import io.drme.testing.RouteMatrix;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuleMatrixTest {
    @TempDir private Path data;

    @Test
    void everyRouteLetsInWhomItsRuleNamesAndNobodyElse() throws Exception {
        try (var server = TestServer.plain(data)) {
            int sent =
                    RouteMatrix.walk(
                            URI.create(server.server.url()), documented(server), tokens(server));
            assertThat(sent).isEqualTo(6 * server.api.routes().size()).isGreaterThan(50);
        }
    }

    // Planted: a route whose document says more than what guards it must not pass the walk.
    @Test
    void theWalkFindsARouteThatIsGuardedTooLittle() throws Exception {
        try (var server =
                new TestServer(
                        data,
                        new ManualClock(),
                        _ -> List.of(),
                        (api, _) ->
                                api.add(
                                        Route.get("/t/open", Rule.VIEWER, "Guarded too little"),
                                        _ -> Reply.none()))) {
            var told =
                    List.of(
                            new RouteMatrix.Route("GET", "/t/open", "engineer"),
                            new RouteMatrix.Route("GET", "/api/v1/users", "admin"));
            var tokens = tokens(server);
            var base = URI.create(server.server.url());
            assertThatThrownBy(() -> RouteMatrix.walk(base, told, tokens))
                    .hasMessageContaining("/t/open (engineer) as viewer: 204, expected 403")
                    .hasMessageContaining("/t/open (engineer) as operator: 204")
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain("/api/v1/users"));
        }
    }

    /** The routes as the OpenAPI document of the running server tells them. */
    private static List<RouteMatrix.Route> documented(TestServer server) throws Exception {
        var result = new ArrayList<RouteMatrix.Route>();
        var paths = TestServer.json(server.get("/openapi.json")).getJsonObject("paths");
        for (var path : paths.fieldNames()) {
            for (var operation : paths.getJsonObject(path)) {
                result.add(
                        new RouteMatrix.Route(
                                operation.getKey().toUpperCase(java.util.Locale.ROOT),
                                path,
                                ((JsonObject) operation.getValue()).getString("x-drme-rule")));
            }
        }
        return result;
    }

    private static Map<String, String> tokens(TestServer server) {
        return Map.of(
                "viewer", server.tokenOf("v", Role.VIEWER),
                "wall", server.tokenOf("w", Role.WALL),
                "operator", server.tokenOf("o", Role.OPERATOR),
                "engineer", server.tokenOf("e", Role.ENGINEER),
                "admin", server.tokenOf("a", Role.ADMIN));
    }
}
