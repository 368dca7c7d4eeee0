package io.drme.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** The few requests that need no sign-in. */
final class Http {
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final HttpClient CLIENT = HttpClient.newBuilder().connectTimeout(LIMIT).build();

    private Http() {}

    /** Whether there is an answer, and it is 200. */
    static boolean answers(String url) throws InterruptedException {
        try {
            var request = HttpRequest.newBuilder(URI.create(url)).timeout(LIMIT).build();
            return CLIENT.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException _) {
            return false;
        }
    }

    /** Sends JSON; an answer other than 2xx is an error. */
    static void put(String url, String json) throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(URI.create(url))
                        .timeout(LIMIT)
                        .header("content-type", "application/json")
                        .PUT(HttpRequest.BodyPublishers.ofString(json))
                        .build();
        var answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(
                    "%s answered %d: %s".formatted(url, answer.statusCode(), answer.body()));
        }
    }
}
