package io.drme.sim;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Speaks to the control API of a running scenario. */
final class ControlClient {
    private static final Duration HTTP_TIMEOUT = Duration.ofSeconds(10);

    private ControlClient() {}

    /** Adds method and body to a request. */
    interface Method {
        HttpRequest.Builder on(HttpRequest.Builder builder);
    }

    /**
     * Sends one request.
     *
     * @throws IOException saying what went wrong and what to do, also where the API refused
     */
    static String call(String url, String path, Method method)
            throws IOException, InterruptedException {
        URI uri;
        try {
            uri = URI.create(url + path);
        } catch (IllegalArgumentException e) {
            throw new IOException("'%s' is no URL: %s".formatted(url, e.getMessage()), e);
        }
        try (var client = HttpClient.newHttpClient()) {
            var request = method.on(HttpRequest.newBuilder(uri).timeout(HTTP_TIMEOUT)).build();
            var response = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IOException(detail(response.body()));
            }
            return response.body();
        } catch (ConnectException e) {
            throw new IOException(
                    "no scenario answers at %s; is 'drme-sim run' running with this control port?"
                            .formatted(url),
                    e);
        }
    }

    private static String detail(String problem) throws IOException {
        try (JsonParser in = new JsonFactory().createParser(problem)) {
            for (var token = in.nextToken(); token != null; token = in.nextToken()) {
                if (token == JsonToken.VALUE_STRING && "detail".equals(in.currentName())) {
                    return in.getText();
                }
            }
        }
        return problem.strip();
    }
}
