package io.drme.cloud.ctl;

import io.drme.web.client.CommandException;
import io.drme.web.client.Listing;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints live values and alarm changes as they come. */
@Command(
        name = "watch",
        description = "Prints values and alarms as they change, until Ctrl-C.",
        footer = {
            "  drmectl --data DIR watch 'press-line-1/**'",
            "  drmectl --data DIR watch --for 10s -o json"
        })
final class Watch extends Lists.Lister {
    @Mixin private Lists.Matching match = new Lists.Matching();

    @Option(names = "--for", paramLabel = "TIME", description = "End after so long, as in 10s.")
    private @Nullable String limit;

    @Override
    public Integer call() throws CommandException, InterruptedException {
        var ended = new CountDownLatch(1);
        var until = duration();
        var glob = Objects.requireNonNullElse(match.glob(), "**");
        var printer = new Printer(spec().commandLine().getOut(), top().format(), ended);
        try (var connection = top().connect()) {
            var socket = connection.stream(printer);
            connection.send(
                    socket, new JsonObject().put("subscribe", new JsonObject().put("match", glob)));
            boolean closed = ended.await(until.toNanos(), TimeUnit.NANOSECONDS);
            if (closed) {
                throw new CommandException("the centre ended the stream");
            }
            socket.abort();
        }
        return 0;
    }

    private Duration duration() throws CommandException {
        if (limit == null) {
            return Duration.ofDays(36_500);
        }
        return io.drme.config.Quantities.duration(limit)
                .orElseThrow(() ->
                        CommandException.wrongUsage(
                                "'%s' is no time; expected for example 10s or 5m"
                                        .formatted(limit)));
    }

    /** Puts the pieces of a message together and prints it. */
    private static final class Printer implements WebSocket.Listener {
        private final PrintWriter out;
        private final Listing.Format format;
        private final CountDownLatch ended;
        private final StringBuilder pieces = new StringBuilder();

        Printer(PrintWriter out, Listing.Format format, CountDownLatch ended) {
            this.out = out;
            this.format = format;
            this.ended = ended;
        }

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket socket, CharSequence data, boolean last) {
            pieces.append(data);
            if (last) {
                print(pieces.toString());
                pieces.setLength(0);
            }
            socket.request(1);
            return null;
        }

        private void print(String message) {
            if (format == Listing.Format.json) {
                out.println(message);
                out.flush();
                return;
            }
            var json = new JsonObject(message);
            var samples = json.getJsonArray("samples");
            for (int i = 0; samples != null && i < samples.size(); i++) {
                line(
                        samples.getJsonObject(i),
                        "sourceTime",
                        "gateway",
                        "tag",
                        "value",
                        "unit",
                        "quality",
                        "reason");
            }
            var alarms = json.getJsonArray("alarms");
            for (int i = 0; alarms != null && i < alarms.size(); i++) {
                line(
                        alarms.getJsonObject(i),
                        "raisedAt",
                        "gateway",
                        "name",
                        "tag",
                        "state",
                        "priority",
                        "message");
            }
            out.flush();
        }

        private void line(JsonObject item, String... keys) {
            out.println(Listing.line(item, format, keys));
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            ended.countDown();
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            ended.countDown();
        }
    }
}
