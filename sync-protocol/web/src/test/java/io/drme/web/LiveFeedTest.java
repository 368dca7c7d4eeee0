package io.drme.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.Glob;
import io.drme.model.Reading;
import io.drme.model.Reason;
import io.drme.model.Value;
import io.drme.testing.ManualClock;
import io.drme.time.Hlc;
import io.vertx.core.json.JsonObject;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LiveFeedTest {
    private static final int LIMIT_SECONDS = 20;
    private TestServer server;
    private String token = "";

    @BeforeEach
    void start(@TempDir Path data) throws Exception {
        server = new TestServer(data, new ManualClock(), LiveFeedTest::present, (_, _) -> {});
        token = server.tokenOf("viewer", Role.VIEWER);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** The state that a new client gets. */
    private static List<LatestItem> present(Glob match) {
        if (match.toString().equals("broken/**")) {
            throw new IllegalStateException("the store is gone");
        }
        return List.of(item("press/temp", 20), item("door/open", 0)).stream()
                .filter(i -> match.matches(i.gateway() + "/" + i.tag()))
                .toList();
    }

    @Test
    void aClientGetsThePresentStateAndThenWhatChanges() throws Exception {
        try (var client = connect(token)) {
            client.subscribe("g1/press/**");
            assertThat(client.next("samples").getString("tag")).isEqualTo("press/temp");
            server.feed.publish(item("door/open", 1));
            server.feed.publish(item("press/temp", 81.5));
            var change = client.next("samples");
            assertThat(change.getString("tag")).isEqualTo("press/temp");
            assertThat(change.getDouble("value")).isEqualTo(81.5);
            server.feed.publish(alarm("a-1", "unacknowledged"));
            assertThat(client.next("alarms").getString("state")).isEqualTo("unacknowledged");
        }
    }

    @Test
    void aBadReadingHasNoValueButItsLastGoodOne() throws Exception {
        try (var client = connect(token)) {
            client.subscribe("**");
            client.next("samples");
            server.feed.publish(
                    new LatestItem(
                            "g1",
                            "press/temp",
                            new Reading.Bad(Reason.COMMS_LOST),
                            5,
                            6,
                            Hlc.of(7, 8),
                            "Cel",
                            new LatestItem.LastGood(new Value.Real(82.4), 4)));
            var bad = client.next("samples");
            assertThat(bad.getMap())
                    .containsEntry("value", null)
                    .containsEntry("quality", "bad")
                    .containsEntry("reason", "comms-lost")
                    .containsEntry("lastGoodValue", 82.4)
                    .containsEntry("gatewayTime", "1970-01-01T00:00:00.007000008Z");
        }
    }

    // 1970 as the time of something that never happened is no help at night.
    @Test
    void whatWasNeverReadHasNoTime() {
        var never =
                new LatestItem(
                        "g1",
                        "press/temp",
                        new Reading.Bad(Reason.NOT_YET_READ),
                        0,
                        0,
                        0,
                        "",
                        null);
        assertThat(never.toJson().getMap())
                .containsEntry("reason", "not-yet-read")
                .containsEntry("since", null)
                .containsEntry("sourceTime", null)
                .containsEntry("gatewayTime", null);
    }

    @Test
    void aMessageThatIsNotUnderstoodIsAnsweredAndTheFeedGoesOn() throws Exception {
        try (var client = connect(token)) {
            for (var message : List.of("{", "[]", "{\"subscribe\":7}", "{\"watch\":{}}")) {
                client.send(message);
                assertThat(client.nextMessage().getJsonObject("problem").getString("expected"))
                        .contains("subscribe");
            }
            client.subscribe("**");
            assertThat(client.next("samples").getString("gateway")).isEqualTo("g1");
        }
    }

    // Planted: without the catch in the feed the client waits for ever.
    @Test
    void aSnapshotThatFailsIsToldAndTheFeedGoesOn() throws Exception {
        try (var client = connect(token)) {
            client.subscribe("broken/**");
            assertThat(client.nextMessage().getLong("missed")).isEqualTo(1);
            client.subscribe("g1/press/**");
            assertThat(client.next("samples").getString("tag")).isEqualTo("press/temp");
        }
    }

    @Test
    void alarmsMayBeWantedOfMoreTagsThanSamples() throws Exception {
        try (var client = connect(token)) {
            client.send("{\"subscribe\":{\"match\":\"g1/door/**\",\"alarms\":\"**\"}}");
            assertThat(client.nextMessage().getJsonObject("subscribed").getString("alarms"))
                    .isEqualTo("**");
            assertThat(client.next("samples").getString("tag")).isEqualTo("door/open");
            server.feed.publish(item("press/temp", 99));
            server.feed.publish(alarm("a-1", "returned"));
            assertThat(client.next("alarms").getString("id")).isEqualTo("a-1");
        }
    }

    // A program that knows nothing of signs of life must not meet a message it does not know.
    @Test
    void signsOfLifeGoToWhoAskedForThemAndToNobodyElse() throws Exception {
        try (var page = connect(token);
                var program = connect(token)) {
            page.send("{\"subscribe\":{\"match\":\"none/**\",\"alive\":true}}");
            assertThat(page.nextMessage().fieldNames()).containsExactly("subscribed");
            program.subscribe("g1/press/**");
            program.next("samples");

            server.feed.tellAliveNow();
            assertThat(page.nextMessage().fieldNames()).containsExactly("alive");
            server.feed.publish(item("press/temp", 5));
            assertThat(program.next("samples").getDouble("value")).isEqualTo(5);
        }
    }

    @Test
    void nobodyListensUninvited() {
        assertThat(refusal(null, null)).isEqualTo(401);
        var users = server.access.users();
        users.add("anna", Role.VIEWER);
        users.setPassword("anna", "fresh-bread");
        var cookie = server.access.cookieName(false) + "=" + server.access.sessions().start("anna");
        assertThat(refusal(cookie, "http://evil.example")).isEqualTo(403);
        assertThat(refusal(cookie, null)).isEqualTo(403);
        assertThat(refusal(cookie, server.origin())).isEqualTo(101);
    }

    // A page at a member that was cut off looked live for as long as it was open.
    @Test
    void allLinesAreClosedWhereNothingThatComesWouldBeThePresent() throws Exception {
        try (var one = connect(token);
                var other = connect(token)) {
            one.subscribe("**");
            other.subscribe("a/**");
            server.feed.endAll("this member is cut off");
            for (var client : List.of(one, other)) {
                assertThat(client.closed.poll(LIMIT_SECONDS, TimeUnit.SECONDS))
                        .isEqualTo("this member is cut off");
            }
        }
    }

    @Test
    void theFeedEndsWhenTheSignInDoes() throws Exception {
        try (var client = connect(token)) {
            client.subscribe("**");
            client.next("samples");
            server.access.users().remove("viewer");
            server.feed.checkNow();
            assertThat(client.closed.poll(LIMIT_SECONDS, TimeUnit.SECONDS)).isEqualTo("signed out");
        }
    }

    // A page on a sleeping laptop must neither slow the pipeline nor fill the gateway's memory.
    @Test
    void aClientThatTakesNothingLosesTheStatesBetweenAndIsThenClosed() throws Exception {
        try (var good = connect(token);
                var slow = stuckClient()) {
            good.subscribe("**");
            good.next("samples");
            var text = "x".repeat(4_000);
            var last = "";
            for (int round = 0; !server.feed.hasFullClient(); round++) {
                assertThat(round).as("rounds until the socket is full").isLessThan(1_000);
                for (int tag = 0; tag < 200; tag++) {
                    last = text + round;
                    server.feed.publish(item("t/" + tag, new Value.Text(last)));
                }
                // The good client has this round, so the feed has distributed it.
                good.awaitValue("t/199", last);
            }
            assertThat(server.feed.isWanted()).isTrue();
            server.clock.advance(LiveFeed.STALLED_AFTER.plusSeconds(1));
            // The second value comes with a later distribution, so the first is over for all.
            for (double value : new double[] {7, 8}) {
                server.feed.publish(item("t/0", value));
                good.awaitValue("t/0", value);
            }
            assertThat(server.metrics.text())
                    .contains("drme_feed_stalled_total 1")
                    .contains("drme_feed_clients 1");
            slow.setSoTimeout(LIMIT_SECONDS * 1_000);
            assertThat(drainedUntilClosed(slow.getInputStream())).isTrue();
        }
    }

    @Test
    void whatComesTooFastIsCountedAndTheClientToldToReadAgain() throws Exception {
        try (var client = connect(token)) {
            client.subscribe("**");
            client.next("samples");
            for (int i = 0; i < 10 * LiveFeed.INBOX_CAPACITY; i++) {
                server.feed.publish(item("press/temp", i));
            }
            JsonObject message;
            do {
                message = client.nextMessage();
            } while (!message.containsKey("missed"));
            assertThat(message.getLong("missed")).isPositive();
            assertThat(server.metrics.text()).doesNotContain("drme_feed_lost_total 0");
        }
    }

    @Test
    void withoutClientsAPublisherNeedNotBuildItems() {
        assertThat(server.feed.isWanted()).isFalse();
    }

    /** The status of a handshake; 101 where it came about. */
    private int refusal(@Nullable String cookie, @Nullable String origin) {
        var builder = server.client.newWebSocketBuilder();
        if (cookie != null) {
            builder.header("cookie", cookie);
        }
        if (origin != null) {
            builder.header("origin", origin);
        }
        try {
            builder.buildAsync(streamUri(), new WebSocket.Listener() {}).join().abort();
            return 101;
        } catch (CompletionException e) {
            assertThat(e).hasCauseInstanceOf(WebSocketHandshakeException.class);
            return e.getCause() instanceof WebSocketHandshakeException refused
                    ? refused.getResponse().statusCode()
                    : 0;
        }
    }

    private URI streamUri() {
        return URI.create(server.server.url().replace("http", "ws") + "/api/v1/stream");
    }

    private Client connect(String bearer) {
        var client = new Client();
        client.socket =
                server.client
                        .newWebSocketBuilder()
                        .header("authorization", "Bearer " + bearer)
                        .buildAsync(streamUri(), client)
                        .join();
        return client;
    }

    /** A client that subscribes and then reads nothing. */
    private Socket stuckClient() throws Exception {
        var socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.server.port()));
        var out = socket.getOutputStream();
        out.write(
                ("GET /api/v1/stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                                + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                                + "Authorization: Bearer "
                                + token
                                + "\r\n\r\n")
                        .getBytes(UTF_8));
        var head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            head.append((char) socket.getInputStream().read());
        }
        assertThat(head.toString()).startsWith("HTTP/1.1 101");
        var message = "{\"subscribe\":{\"match\":\"**\"}}".getBytes(UTF_8);
        // A text frame, masked with zeros (RFC 6455, 5.2).
        out.write(new byte[] {(byte) 0x81, (byte) (0x80 | message.length), 0, 0, 0, 0});
        out.write(message);
        out.flush();
        return socket;
    }

    private static boolean drainedUntilClosed(InputStream in) throws Exception {
        var buffer = new byte[1 << 16];
        long total = 0;
        int count = in.read(buffer);
        while (count >= 0) {
            total += count;
            count = in.read(buffer);
        }
        return total > 0;
    }

    private static LatestItem item(String tag, double value) {
        return item(tag, new Value.Real(value));
    }

    private static LatestItem item(String tag, Value value) {
        return new LatestItem("g1", tag, new Reading.Good(value), 1, 2, Hlc.of(3, 4), "Cel", null);
    }

    private static AlarmItem alarm(String id, String state) {
        return new AlarmItem(
                id,
                "g1",
                "oil-hot",
                "press/temp",
                state,
                "high",
                new Value.Real(81.5),
                "Oil is too hot",
                "Stop the press",
                9L,
                null,
                null,
                null,
                2_000_000L,
                AlarmItem.Context.NONE);
    }

    /** A well-behaved client. */
    private static final class Client implements WebSocket.Listener, AutoCloseable {
        final BlockingQueue<JsonObject> messages = new LinkedBlockingQueue<>();
        final BlockingQueue<String> closed = new LinkedBlockingQueue<>();
        private final StringBuilder partial = new StringBuilder();
        private @Nullable WebSocket socket;

        void subscribe(String match) throws InterruptedException {
            send("{\"subscribe\":{\"match\":\"" + match + "\"}}");
            var answer = nextMessage();
            assertThat(answer.getJsonObject("subscribed").getString("match")).isEqualTo(match);
        }

        void send(String message) {
            Objects.requireNonNull(socket).sendText(message, true).join();
        }

        JsonObject nextMessage() throws InterruptedException {
            var message = messages.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
            assertThat(message).as("a message in time").isNotNull();
            return Objects.requireNonNull(message);
        }

        /** The first item of the next message, which has to be of this kind. */
        JsonObject next(String kind) throws InterruptedException {
            var message = nextMessage();
            assertThat(message.fieldNames()).containsExactly(kind);
            return message.getJsonArray(kind).getJsonObject(0);
        }

        void awaitValue(String tag, Object value) throws InterruptedException {
            while (true) {
                var items = nextMessage().getJsonArray("samples");
                for (int i = 0; items != null && i < items.size(); i++) {
                    var item = items.getJsonObject(i);
                    if (item.getString("tag").equals(tag) && item.getValue("value").equals(value)) {
                        return;
                    }
                }
            }
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean end) {
            partial.append(data);
            if (end) {
                messages.add(new JsonObject(partial.toString()));
                partial.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            closed.add(reason);
            return null;
        }

        @Override
        public void close() {
            Objects.requireNonNull(socket).abort();
        }
    }
}
