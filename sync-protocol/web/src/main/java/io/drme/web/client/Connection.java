package io.drme.web.client;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A running program's REST interface as the command line uses it: where it is, and with which
 * token.
 */
public final class Connection implements AutoCloseable {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    private static final Duration ANSWER_LIMIT = Duration.ofMinutes(2);

    private final HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT_LIMIT).build();
    private final String url;
    private final String token;

    private Connection(String url, String token) {
        this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        this.token = token;
    }

    /**
     * Finds a running program: by address and {@code DRME_TOKEN}, or by the files that it wrote
     * into its data directory.
     */
    public static Connection find(
            @Nullable String url, @Nullable Path data, Map<String, String> environment)
            throws CommandException {
        var token = environment.get("DRME_TOKEN");
        if (data != null) {
            var address =
                    url == null
                            ? line(
                                    data.resolve("address"),
                                    "is the program running on this directory?")
                            : url;
            return new Connection(
                    address,
                    token == null
                            ? line(
                                    data.resolve("token"),
                                    "run as the user that the program runs as")
                            : token);
        }
        var address = url == null ? environment.get("DRME_URL") : url;
        if (address == null) {
            throw new CommandException(
                    "which one? give --data DIR (the program's data directory, on this machine), or --url URL with the environment variable DRME_TOKEN");
        }
        if (token == null) {
            throw new CommandException(
                    "no token for %s; set the environment variable DRME_TOKEN, or give --data DIR on the program's own machine"
                            .formatted(address));
        }
        return new Connection(address, token);
    }

    private static String line(Path file, String remedy) throws CommandException {
        try {
            return Files.readString(file, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new CommandException(
                    "%s can't be read (%s); %s"
                            .formatted(file, e.getClass().getSimpleName(), remedy));
        }
    }

    /** The address that it was found at. */
    public String url() {
        return url;
    }

    /** Asks for a document. */
    public JsonObject get(String path, Map<String, String> parameters)
            throws CommandException, InterruptedException {
        var query =
                parameters.entrySet().stream()
                        .map(e -> encode(e.getKey()) + "=" + encode(e.getValue()))
                        .collect(Collectors.joining("&"));
        return send(request(path + (query.isEmpty() ? "" : "?" + query)).GET().build());
    }

    /** Sends a document and reads the answer; an empty answer is an empty document. */
    public JsonObject post(String path, JsonObject body)
            throws CommandException, InterruptedException {
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body.encode()))
                        .build());
    }

    /** All items of a list, over all its pages, but no more than {@code most}. */
    public JsonArray list(String path, Map<String, String> parameters, long most)
            throws CommandException, InterruptedException {
        var items = new JsonArray();
        pages(path, parameters, most, page -> page.forEach(items::add));
        return items;
    }

    /**
     * Hands over a list page by page, so that a long one need not be held; no more than {@code
     * most} items.
     *
     * @return whether there are more
     */
    public boolean pages(
            String path, Map<String, String> parameters, long most, Consumer<JsonArray> sink)
            throws CommandException, InterruptedException {
        var asked = new java.util.TreeMap<>(parameters);
        long left = most;
        while (true) {
            var page = get(path, asked);
            var items = page.getJsonArray("items", new JsonArray());
            var next = page.getString("next");
            boolean isCut = items.size() > left;
            sink.accept(
                    isCut
                            ? new JsonArray(items.stream().limit(left).collect(Collectors.toList()))
                            : items);
            left -= Math.min(left, items.size());
            if (next == null || left == 0) {
                return next != null || isCut;
            }
            asked.put("cursor", next);
        }
    }

    /** Sets something. */
    public JsonObject put(String path, JsonObject body)
            throws CommandException, InterruptedException {
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .PUT(HttpRequest.BodyPublishers.ofString(body.encode()))
                        .build());
    }

    /** Removes something. */
    public void delete(String path) throws CommandException, InterruptedException {
        send(request(path).DELETE().build());
    }

    /** A text as one segment of a path, or as a value in a query. */
    public static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpRequest.Builder request(String path) throws CommandException {
        try {
            return HttpRequest.newBuilder(URI.create(url + path))
                    .timeout(ANSWER_LIMIT)
                    .header("Authorization", "Bearer " + token)
                    .header("Accept", "application/json, application/problem+json");
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    "'%s' is no address; expected for example http://127.0.0.1:8080"
                            .formatted(url));
        }
    }

    private JsonObject send(HttpRequest request) throws CommandException, InterruptedException {
        try {
            var answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() / 100 != 2) {
                throw problem(answer);
            }
            return answer.body().isBlank() ? new JsonObject() : new JsonObject(answer.body());
        } catch (ConnectException _) {
            throw new CommandException("nobody answers at %s; is it running there?".formatted(url));
        } catch (IOException e) {
            throw new CommandException("%s did not answer: %s".formatted(url, e.getMessage()));
        } catch (DecodeException _) {
            throw new CommandException(
                    "%s answered with something that is no JSON; is it a DRME program?"
                            .formatted(url));
        }
    }

    private CommandException problem(HttpResponse<String> answer) {
        if (answer.statusCode() == 401) {
            return new CommandException(
                    "it does not accept the token; check DRME_TOKEN, or use --data DIR");
        }
        try {
            var problem = new JsonObject(answer.body());
            var text = new StringBuilder(problem.getString("title", "refused"));
            add(text, ": ", problem.getString("where"));
            add(text, ": ", problem.getString("detail"));
            add(text, "; expected: ", problem.getString("expected"));
            if (answer.statusCode() == 400) {
                // The remedy speaks of requests; here a command has to be written otherwise.
                return CommandException.wrongUsage(text.toString());
            }
            add(text, "; ", problem.getString("remedy"));
            return new CommandException(text.toString());
        } catch (DecodeException | ClassCastException _) {
            return new CommandException("%s answered %d".formatted(url, answer.statusCode()));
        }
    }

    private static void add(StringBuilder text, String before, @Nullable String more) {
        if (more != null && !more.isBlank()) {
            text.append(before).append(more);
        }
    }

    /** Opens the live stream. */
    public WebSocket stream(WebSocket.Listener listener)
            throws CommandException, InterruptedException {
        try {
            return client.newWebSocketBuilder()
                    .header("Authorization", "Bearer " + token)
                    .connectTimeout(CONNECT_LIMIT)
                    .buildAsync(
                            URI.create(url.replaceFirst("^http", "ws") + "/api/v1/stream"),
                            listener)
                    .get(CONNECT_LIMIT.toSeconds() * 2, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException | IllegalArgumentException e) {
            var cause = e.getCause() == null ? e : e.getCause();
            throw new CommandException("%s gives no live stream: %s".formatted(url, cause));
        }
    }

    /** Sends a message over the live stream; returns when it is on its way. */
    public void send(WebSocket socket, JsonObject message)
            throws CommandException, InterruptedException {
        try {
            socket.sendText(message.encode(), true)
                    .get(CONNECT_LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new CommandException("%s ended the stream: %s".formatted(url, e.getMessage()));
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
