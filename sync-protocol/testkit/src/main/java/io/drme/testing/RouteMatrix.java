package io.drme.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Walks all routes of a running server with all roles and asserts who is let in: nobody signed in
 * gets 401, too low a role 403, and whoever may pass anything else but an error of the server.
 *
 * <p>Parameters of paths get a name that nothing has, and bodies are empty objects, so that a route
 * which lets us in refuses the rest and changes nothing.
 */
public final class RouteMatrix {
    /** The roles from the lowest to the highest, as rules name them. */
    public static final List<String> ROLES =
            List.of("viewer", "wall", "operator", "engineer", "admin");

    private static final Duration TIME_LIMIT = Duration.ofSeconds(20);

    private RouteMatrix() {}

    /**
     * A route and who may use it.
     *
     * @param rule {@code public} or the least role, as {@code x-drme-rule} in the OpenAPI document
     */
    public record Route(String method, String path, String rule) {}

    /**
     * Walks.
     *
     * @param base the server's address
     * @param tokens a bearer token for each of {@link #ROLES}
     * @return how many requests were sent, so that a caller can see that it was not none
     */
    public static int walk(URI base, List<Route> routes, Map<String, String> tokens)
            throws IOException, InterruptedException {
        assertThat(tokens.keySet()).containsAll(ROLES);
        var wrong = new ArrayList<String>();
        int sent = 0;
        try (var client = HttpClient.newBuilder().connectTimeout(TIME_LIMIT).build()) {
            for (var route : routes) {
                assertThat(route.rule()).matches("public|" + String.join("|", ROLES));
                wrong.addAll(judge(client, base, route, "nobody", null));
                for (var role : ROLES) {
                    wrong.addAll(judge(client, base, route, role, tokens.get(role)));
                }
                sent += 1 + ROLES.size();
            }
        }
        assertThat(wrong).as("routes that let in or keep out the wrong ones").isEmpty();
        return sent;
    }

    private static List<String> judge(
            HttpClient client, URI base, Route route, String role, @Nullable String token)
            throws IOException, InterruptedException {
        var path = route.path().replaceAll("\\{[^}]+}", "no-such-thing");
        boolean reads = route.method().equals("GET") || route.method().equals("DELETE");
        var request =
                HttpRequest.newBuilder(base.resolve(path))
                        .timeout(TIME_LIMIT)
                        .method(
                                route.method(),
                                reads ? BodyPublishers.noBody() : BodyPublishers.ofString("{}"));
        if (!reads) {
            request.header("content-type", "application/json");
        }
        if (token != null) {
            request.header("authorization", "Bearer " + token);
        }
        var response = client.send(request.build(), BodyHandlers.ofString());
        int expected = expected(route.rule(), role);
        int status = response.statusCode();
        boolean right =
                expected == 0
                        ? status != 401 && status != 403 && (status < 500 || status == 503)
                        : status == expected
                                && response.headers()
                                        .firstValue("content-type")
                                        .orElse("")
                                        .equals("application/problem+json");
        return right
                ? List.of()
                : List.of(
                        "%s %s (%s) as %s: %d, expected %s; %s"
                                .formatted(
                                        route.method(),
                                        route.path(),
                                        route.rule(),
                                        role,
                                        status,
                                        expected == 0 ? "to be let in" : expected,
                                        response.body()));
    }

    /** The status of a refusal; 0 where the role may pass. */
    private static int expected(String rule, String role) {
        if (rule.equals("public") || ROLES.indexOf(role) >= ROLES.indexOf(rule)) {
            return 0;
        }
        return role.equals("nobody") ? 401 : 403;
    }
}
