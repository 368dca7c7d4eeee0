package io.drme.bench;

import io.drme.web.client.Connection;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The agent's page as a browser holds it open: every file that the page names, the lists it reads
 * first, and the live feed of all tags.
 */
final class OpenPage implements AutoCloseable {
    private static final Pattern LOCAL =
            Pattern.compile("[\"'](/(?:assets|webjars)/[^\"']+\\.(?:js|css|svg))[\"']");
    private static final Pattern RELATIVE =
            Pattern.compile("(?:from|import) ?[\"'](\\./[^\"']+\\.js)[\"']");

    private final WebSocket socket;
    private final int files;
    private final AtomicLong samples;

    private OpenPage(WebSocket socket, int files, AtomicLong samples) {
        this.socket = socket;
        this.files = files;
        this.samples = samples;
    }

    static OpenPage open(Connection agent) throws Exception {
        int files = loadFiles(agent.url());
        for (var list : new String[] {"tags", "latest", "alarms", "devices"}) {
            agent.list("/api/v1/" + list, Map.of(), Long.MAX_VALUE);
        }
        agent.get("/api/v1/status", Map.of());
        var samples = new AtomicLong();
        var socket = agent.stream(new Counting(samples));
        agent.send(socket, new JsonObject().put("subscribe", new JsonObject().put("match", "**")));
        return new OpenPage(socket, files, samples);
    }

    private static int loadFiles(String url) throws IOException, InterruptedException {
        var seen = new HashSet<String>();
        var next = new ArrayDeque<String>();
        next.add("/");
        try (var client = HttpClient.newHttpClient()) {
            while (!next.isEmpty()) {
                var path = next.remove();
                if (!seen.add(path)) {
                    continue;
                }
                var request =
                        HttpRequest.newBuilder(URI.create(url + path))
                                .header("Accept-Encoding", "identity")
                                .build();
                var answer = client.send(request, HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() != 200) {
                    throw new IOException(
                            "%s%s answered %d".formatted(url, path, answer.statusCode()));
                }
                LOCAL.matcher(answer.body()).results().forEach(m -> next.add(m.group(1)));
                RELATIVE.matcher(answer.body())
                        .results()
                        .forEach(m -> next.add(URI.create(path).resolve(m.group(1)).getPath()));
            }
        }
        return seen.size();
    }

    /** How many files were loaded. */
    int files() {
        return files;
    }

    /** Samples that arrived over the live feed. */
    long samples() {
        return samples.get();
    }

    @Override
    public void close() {
        socket.abort();
    }

    /** Counts samples in messages of several parts. */
    private static final class Counting implements WebSocket.Listener {
        private static final String SAMPLE = "\"gatewayTime\"";

        private final AtomicLong samples;
        private final StringBuilder message = new StringBuilder();

        Counting(AtomicLong samples) {
            this.samples = samples;
        }

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket socket, CharSequence part, boolean last) {
            message.append(part);
            if (last) {
                long found = 0;
                for (int at = message.indexOf(SAMPLE);
                        at >= 0;
                        at = message.indexOf(SAMPLE, at + 1)) {
                    found++;
                }
                samples.addAndGet(found);
                message.setLength(0);
            }
            socket.request(1);
            return null;
        }
    }
}
