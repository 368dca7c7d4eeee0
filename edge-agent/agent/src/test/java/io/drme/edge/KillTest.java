package io.drme.edge;

import static io.drme.edge.RunningGateway.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.drme.time.SystemClock;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The real program, killed with SIGKILL while it stores: 25 times, 1,000 times with {@code
 * -Ddrme.long=true}, at moments from a seed. What it once said was accepted is never lost, nothing
 * is twice, and the book balances after each start.
 */
class KillTest {
    private static final int USUAL_ROUNDS = 25;
    private static final int LONG_ROUNDS = 1_000;
    private static final int LONGEST_RUN_MILLIS = 700;
    private static final int CHECK_EVERY = 8;
    private static final int PAGE = 10_000;
    private static final String COUNT = "smooth/press/level/count";
    private static final Duration LOOK = Duration.ofMillis(5);
    private static final List<String> TAGS =
            List.of(
                    "press/count",
                    "press/level",
                    "gateway/configuration/broken",
                    "gateway/store/failing",
                    "gateway/uplink/centre-strange",
                    "gateway/uplink/connected");

    @SuppressWarnings("InlineFormatString") // the configuration reads better apart from the code
    private static final String CONFIG =
            """
            gateway: {id: line-1, site: acme/test}
            devices:
              press:
                driver: modbus
                url: "%s"
                unit-id: 1
                poll: 20ms
                timeout: 2s
                tags:
                  level: {address: "holding:10", type: uint16}
                  count: {address: "holding:100", type: uint64}
            pipelines:
              smooth:
                from: ["press/level"]
                steps:
                  - aggregate: {window: 1s, lateness: 10s, functions: [avg, count]}
                to: ["smooth/{tag}/{function}"]
            alarms:
              too-high: {tag: "press/level", high: 80, on-delay: 5s, priority: high, message: "Too high", action: "Look"}
            store: {sync-every: 100ms, seal-every: 2s}
            web: {listen: "127.0.0.1:0"}
            """;

    private static final Logger log = LoggerFactory.getLogger(KillTest.class);

    @TempDir private Path folder;

    private final SystemClock clock = new SystemClock();

    /** The program in a JVM of its own. */
    private final class Child extends AgentProcess {
        Child() throws IOException {
            super(folder);
        }

        long accepted() throws Exception {
            var book = get("/api/v1/reconcile");
            assertThat(book.getBoolean("balanced")).as(book.encode()).isTrue();
            return book.getLong("accepted");
        }

        List<JsonObject> history(String tag) throws Exception {
            var all = new ArrayList<JsonObject>();
            String cursor = null;
            do {
                var page =
                        get(
                                "/api/v1/history?tag=%s&limit=%d%s"
                                        .formatted(
                                                tag,
                                                PAGE,
                                                cursor == null ? "" : "&cursor=" + cursor));
                page.getJsonArray("items").forEach(i -> all.add((JsonObject) i));
                cursor = page.getString("next");
            } while (cursor != null);
            return all;
        }

        /** How many samples the log tells of; none of them twice. */
        long recorded() throws Exception {
            long samples = 0;
            for (var tag : allTags()) {
                var history = history(tag);
                // Of a window there is one result; one tick may end several of them.
                var once = tag.startsWith("smooth/") ? "sourceTime" : "gatewayTime";
                assertThat(history.stream().map(s -> s.getString(once)))
                        .as(tag)
                        .doesNotHaveDuplicates();
                samples += history.size();
            }
            return samples;
        }

        private List<String> allTags() throws Exception {
            var all = new ArrayList<>(TAGS);
            get("/api/v1/tags?match=line-1/smooth/**")
                    .getJsonArray("items")
                    .forEach(t -> all.add(((JsonObject) t).getString("tag")));
            assertThat(all).hasSize(TAGS.size() + 2);
            return all;
        }
    }

    @Test
    void nothingAcceptedIsLostByKillsWhileStoring() throws Exception {
        int rounds = Boolean.getBoolean("drme.long") ? LONG_ROUNDS : USUAL_ROUNDS;
        var random = new Random(Long.getLong("drme.seed", 1));
        long accepted = 0;
        var slowest = Duration.ZERO;
        try (var line = PlayedLine.start()) {
            Files.writeString(folder.resolve("gateway.yaml"), CONFIG.formatted(line.url("press")));
            for (int round = 1; round <= rounds; round++) {
                try (var child = new Child()) {
                    var start = child.awaitRunning();
                    slowest = start.compareTo(slowest) > 0 ? start : slowest;
                    assertThat(child.accepted())
                            .as("round " + round)
                            .isGreaterThanOrEqualTo(accepted);
                    if (round % CHECK_EVERY == 0) {
                        assertThat(child.recorded()).isGreaterThanOrEqualTo(accepted);
                    }
                    accepted = runUntilKilled(child, random.nextInt(LONGEST_RUN_MILLIS));
                }
            }
            checkTheEnd(line, accepted);
        }
        log.info("kills={} accepted={} slowest-start={}", rounds, accepted, slowest);
    }

    /** Kills it at a moment; gives what it last said was accepted. */
    private long runUntilKilled(Child child, int millis) throws Exception {
        long until = clock.nanoTime() + Duration.ofMillis(millis).toNanos();
        long accepted;
        do {
            accepted = child.accepted();
            clock.sleep(LOOK);
        } while (clock.nanoTime() - until < 0);
        child.kill();
        return accepted;
    }

    /** With the device gone nothing moves any more, so the log holds exactly what was accepted. */
    private void checkTheEnd(PlayedLine line, long accepted) throws Exception {
        try (var child = new Child()) {
            var _ = child.awaitRunning();
            line.close();
            var counts =
                    child.history("press/count").stream()
                            .filter(s -> "good".equals(s.getString("quality")))
                            .map(s -> Objects.requireNonNull(s.getLong("value")))
                            .toList();
            assertThat(counts).isSorted();
            assertThat(counts).isNotEmpty();
            await("exactly what was accepted", () -> child.recorded() == child.accepted());
            assertThat(child.accepted()).isGreaterThanOrEqualTo(accepted);
            checkTheWindows(child);
        }
    }

    /** Each window has one result, and it is of all samples on record, over all kills. */
    private void checkTheWindows(Child child) throws Exception {
        var seen =
                child.history("press/level").stream()
                        .filter(s -> !"bad".equals(s.getString("quality")))
                        .map(s -> Instant.parse(s.getString("sourceTime")))
                        .toList();
        var last = seen.stream().max(Comparator.naturalOrder()).orElseThrow();
        await(
                "the last window",
                () ->
                        child.history(COUNT).stream()
                                .anyMatch(r ->
                                        Instant.parse(r.getString("sourceTime")).isAfter(last)));
        var counted = 0L;
        for (var result : child.history(COUNT)) {
            var end = Instant.parse(result.getString("sourceTime"));
            var start = end.minusSeconds(1);
            long expected =
                    seen.stream().filter(t -> !t.isBefore(start) && t.isBefore(end)).count();
            assertThat(result.getLong("value")).as("window that ends " + end).isEqualTo(expected);
            counted += expected;
        }
        assertThat(counted).as("each sample is in one window").isEqualTo(seen.size());
    }
}
