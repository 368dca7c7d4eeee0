package io.drme.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.testing.PostgresServer;
import io.drme.time.SystemClock;
import io.drme.web.client.CommandException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three members as processes and a gateway that knows all of them: it does not matter whom one asks
 * or who is killed. The tests go on with the same processes, as a start takes its time.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterSystemTest {
    private static final String GATEWAY = "press-line-1";
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** The gateway's blocks are on their way again after the loss of its member. */
    private static final Duration RESUMES_WITHIN = Duration.ofSeconds(5);

    private static final SystemClock CLOCK = new SystemClock();

    @TempDir private static Path folder;

    private static PostgresServer server;
    private static Programs programs;
    private static CentreCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        PostgresSystemTest.requireInstalled();
        server = PostgresServer.start();
        programs = new Programs(folder);
        cluster = new CentreCluster(folder, programs, server, null);
        programs.startSimulators();
        cluster.startAll();
        programs.startAgent(cluster.mqttPorts());
        Programs.await("samples are stored", LIMIT, () -> stored(0) > 0);
    }

    @AfterAll
    static void stop() {
        if (programs != null) {
            programs.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private static JsonObject account(int member) throws CommandException, InterruptedException {
        return cluster.get(member, "/api/v1/reconcile", Map.of("gateway", GATEWAY));
    }

    private static long stored(int member) throws CommandException, InterruptedException {
        return account(member).getLong("stored", 0L);
    }

    @Test
    @Order(1)
    void whomeverOneAsksTheAnswerIsTheSame() throws Exception {
        for (int member = 0; member < CentreCluster.SIZE; member++) {
            int asked = member;
            Programs.await(
                    "member %d has the newest values".formatted(member),
                    LIMIT,
                    () ->
                            cluster.list(asked, "/api/v1/latest", Map.of("match", "*/press-3/**"))
                                            .size()
                                    >= 4);
            assertThat(cluster.list(member, "/api/v1/gateways", Map.of())).hasSize(1);
        }
        // An account made at one member lets its person in at another.
        var made =
                cluster.post(
                        1,
                        "/api/v1/users",
                        new JsonObject().put("name", "anna").put("role", "operator"));
        assertThat(made.getString("code")).isNotBlank();
        Programs.await(
                "every member knows anna",
                LIMIT,
                () -> {
                    var knowing = new HashSet<Integer>();
                    for (int member = 0; member < CentreCluster.SIZE; member++) {
                        if (Programs.any(
                                cluster.list(member, "/api/v1/users", Map.of()),
                                u -> u.getString("name").equals("anna"))) {
                            knowing.add(member);
                        }
                    }
                    return knowing.size() == CentreCluster.SIZE;
                });
    }

    // The gateway is at one of them; who looks at another is told by it.
    @Test
    @Order(2)
    void whoLooksAtAMemberSeesWhatComesInAtAnother() throws Exception {
        var token = Files.readString(cluster.place(0).data().resolve("token")).strip();
        try (var http = HttpClient.newHttpClient()) {
            for (int member = 0; member < CentreCluster.SIZE; member++) {
                var heard = new Heard();
                var url = cluster.place(member).url().replace("http", "ws") + "/api/v1/stream";
                var socket =
                        http.newWebSocketBuilder()
                                .header("authorization", "Bearer " + token)
                                .buildAsync(URI.create(url), heard)
                                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
                socket.sendText("{\"subscribe\":{\"match\":\"press-line-1/boiler/**\"}}", true)
                        .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
                // The first is the present state; what follows came in since.
                assertThat(heard.samples.tryAcquire(3, LIMIT.toSeconds(), TimeUnit.SECONDS))
                        .as("live samples at member %d", member)
                        .isTrue();
                socket.abort();
            }
        }
    }

    /** Counts the messages with samples. */
    private static final class Heard implements WebSocket.Listener {
        private final Semaphore samples = new Semaphore(0);
        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket socket, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                if (text.indexOf("{\"samples\":[{") == 0) {
                    samples.release();
                }
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }
    }

    @Test
    @Order(3)
    void anAlarmIsAcknowledgedAtAMemberThatTheGatewayDoesNotKnow() throws Exception {
        programs.setCabinetDoor(true);
        Programs.await("the alarm is raised", LIMIT, () -> !door(0, "unacknowledged").isEmpty());
        int other = (cluster.ofGateway(0) + 1) % CentreCluster.SIZE;
        cluster.post(
                other,
                "/api/v1/alarms/%s/acknowledge".formatted(door(other, "unacknowledged")),
                new JsonObject().put("comment", "seen"));
        Programs.await(
                "a third member shows it",
                LIMIT,
                () -> !door((other + 1) % CentreCluster.SIZE, "acknowledged").isEmpty());
        programs.setCabinetDoor(false);
    }

    private static String door(int member, String state)
            throws CommandException, InterruptedException {
        var alarms = cluster.list(member, "/api/v1/alarms", Map.of("state", state));
        for (int i = 0; i < alarms.size(); i++) {
            if (alarms.getJsonObject(i).getString("name").equals("door-open")) {
                return alarms.getJsonObject(i).getString("id");
            }
        }
        return "";
    }

    @Test
    @Order(4)
    void aMemberIsKilledThreeTimesAndTheGatewayGoesOnElsewhere() throws Exception {
        for (int round = 0; round < 3; round++) {
            awaitGateway();
            int killed = cluster.ofGateway(0);
            int other = (killed + 1) % CentreCluster.SIZE;
            long before = inDatabase();
            programs.kill(cluster.place(killed).name());
            long since = CLOCK.nanoTime();
            Programs.await("blocks go on", LIMIT, () -> inDatabase() > before);
            assertThat(Duration.ofNanos(CLOCK.nanoTime() - since))
                    .as("round %d", round)
                    .isLessThan(RESUMES_WITHIN);
            Programs.await(
                    "the others see that it is missing",
                    LIMIT,
                    () -> cluster.states(other).contains("missing"));
            cluster.start(killed);
            cluster.awaitWhole();
        }
    }

    private static void awaitGateway() throws InterruptedException {
        Programs.await("the gateway is at a member", LIMIT, () -> cluster.ofGateway(0) >= 0);
    }

    @Test
    @Order(5)
    void eachMemberInTurnIsStoppedAndStartedAndThenAllAtOnce() throws Exception {
        for (int member = 0; member < CentreCluster.SIZE; member++) {
            assertThat(programs.stop(cluster.place(member).name())).isIn(0, 143);
            cluster.start(member);
            cluster.awaitWhole();
        }
        long before = inDatabase();
        for (int member = 0; member < CentreCluster.SIZE; member++) {
            assertThat(programs.stop(cluster.place(member).name())).isIn(0, 143);
        }
        cluster.startAll();
        Programs.await("blocks go on", LIMIT, () -> inDatabase() > before);
    }

    @Test
    @Order(6)
    void atRestEverySampleIsThereOnce() throws Exception {
        // Without devices nothing new comes, and the gateway goes on reporting until all is even.
        programs.kill("sim");
        for (int member = 0; member < CentreCluster.SIZE; member++) {
            int asked = member;
            Programs.await(
                    "what the gateway counts, the centre has, and the database itself says so",
                    LIMIT,
                    () -> isEven(account(asked), inDatabase()));
        }
        assertThat(programs.stop("agent")).as(programs.log("agent")).isIn(0, 143);
    }

    // Members were killed while they computed, and all of them stopped: each sample was counted
    // once.
    @Test
    @Order(7)
    void fleetPipelinesHaveCountedEverySampleOnce() throws Exception {
        long samples = values(GATEWAY, "press-3/oil/temperature", false);
        assertThat(samples).isPositive();
        Programs.await(
                "each sample is in one window, of %d".formatted(samples),
                LIMIT,
                () -> values("fleet", GATEWAY + "/press-3/oil/temperature/count", true) == samples);
        Programs.await(
                "together there are more",
                LIMIT,
                () -> values("fleet", "together/count", true) > samples);
        Programs.await(
                "both jobs are there and the first runs",
                LIMIT,
                () -> {
                    var jobs = cluster.list(0, "/api/v1/jobs", Map.of());
                    return jobs.size() == 2
                            && jobs.getJsonObject(0).getString("state").equals("running");
                });
    }

    /** How many samples of a tag have a value, or their sum. */
    private static long values(String gateway, String tag, boolean summed)
            throws CommandException, InterruptedException {
        long sum = 0;
        var samples =
                cluster.list(
                        1,
                        "/api/v1/history",
                        Map.of("gateway", gateway, "tag", tag, "limit", "10000"));
        for (int i = 0; i < samples.size(); i++) {
            var value = samples.getJsonObject(i).getDouble("value");
            sum += value == null ? 0 : summed ? Math.round(value) : 1;
        }
        return sum;
    }

    /** Nothing lost, nothing doubled. */
    static boolean isEven(JsonObject account, long inDatabase) {
        assertThat(account.getJsonObject("dropped").isEmpty()).as(account.encode()).isTrue();
        return account.getBoolean("balanced", false)
                && account.getLong("pending") == 0
                && account.getLong("acknowledged") == inDatabase
                && account.getLong("stored") == inDatabase;
    }

    private static long inDatabase() throws IOException, InterruptedException {
        return Long.parseLong(
                server.psql(
                        CentreCluster.DATABASE,
                        "select coalesce(sum(samples), 0) from item i join epoch e on e.id = i.epoch_id join gateway g on g.id = e.gateway_id where stream = 2 and derived = 0"));
    }
}
