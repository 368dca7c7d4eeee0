package io.drme.cloud;

import io.drme.cloud.api.CloudApi;
import io.drme.cloud.api.LiveChanges;
import io.drme.cloud.config.CloudConfig;
import io.drme.cloud.grid.Grid;
import io.drme.cloud.grid.Member;
import io.drme.cloud.grid.Projection;
import io.drme.cloud.grid.SqlGrid;
import io.drme.cloud.ingest.ConnectionFaults;
import io.drme.cloud.ingest.IngestEndpoint;
import io.drme.cloud.ingest.IngestStats;
import io.drme.cloud.ingest.VertxLog;
import io.drme.cloud.query.Fleet;
import io.drme.cloud.query.RawHistory;
import io.drme.cloud.query.Trends;
import io.drme.cloud.sql.SqlQueries;
import io.drme.cloud.store.AlarmStore;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.DatabaseSettings;
import io.drme.cloud.store.Records;
import io.drme.cloud.store.SqlReceiverStore;
import io.drme.sync.Receiver;
import io.drme.sync.ReceiverSettings;
import io.drme.time.Clock;
import io.drme.web.Access;
import io.drme.web.Api;
import io.drme.web.CannotListenException;
import io.drme.web.Health;
import io.drme.web.Listen;
import io.drme.web.LiveFeed;
import io.drme.web.Metrics;
import io.drme.web.WebServer;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running member of the centre: wires the parts by hand, starts them in order and stops them in
 * the reverse order.
 */
public final class Centre implements AutoCloseable {
    private static final int EVENT_LOOPS = 2;
    private static final int MEMBER_START_LIMIT_SECONDS = 60;
    private static final Logger log = LoggerFactory.getLogger(Centre.class);

    private final CloudConfig config;
    private final Clock clock;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private String url = "";
    private int mqttPort;

    private Centre(CloudConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
    }

    /**
     * Starts a member on a data directory; returns when it serves.
     *
     * @throws StartException when it can't, with the reason and what to do
     */
    static Centre start(CloudConfig config, Path data, Clock clock)
            throws StartException, InterruptedException {
        var centre = new Centre(config, clock);
        boolean started = false;
        try {
            centre.startParts(data);
            started = true;
            return centre;
        } catch (DatabaseException | CannotListenException | IOException e) {
            throw new StartException(e.getMessage() == null ? e.toString() : e.getMessage());
        } finally {
            if (!started) {
                centre.close();
            }
        }
    }

    private void startParts(Path data)
            throws StartException,
                    DatabaseException,
                    CannotListenException,
                    IOException,
                    InterruptedException {
        var directory = opened(DataDirectory.take(data));
        var member = background("member-start", () -> Member.start(config.cluster()));
        var database = opened(database(data));
        var receiverStore = opened(SqlReceiverStore.open(database));
        var store = new BlockStore(database);
        var access = Access.open(data, clock);
        var faults = new ConnectionFaults();
        var vertx = vertx(faults);
        var running = opened(joined(member));
        var grid = new Grid(running);
        var fleet = new Fleet(store, grid, clock);
        var metrics = new Metrics();
        var feed = new LiveFeed(vertx, clock, metrics, match -> CloudApi.snapshot(fleet, match));
        var projection =
                new Projection(
                        grid, store, opened(Records.open(database)), clock, new LiveChanges(feed));
        projection.rebuild();
        var gridThread = opened(new GridThread(projection, clock));
        gridThread.start();
        var health = new Health();
        health.add("database", database::trouble);
        health.add("grid", gridThread::trouble);

        var receiver =
                new Receiver(
                        receiverStore,
                        receiverStore.reader(),
                        CentreKeyFile.open(data),
                        clock,
                        ReceiverSettings.DEFAULTS);
        var ingest =
                opened(
                        IngestEndpoint.start(
                                vertx, faults, config.ingest(), receiver, clock, gridThread::put));
        mqttPort = ingest.port();
        measure(metrics, ingest.stats());
        measure(metrics, gridThread);
        metrics.gauge(
                "drme_database_lost_total",
                "Times that the database could not be reached any more",
                Map.of(),
                database::losses);

        var api = new Api("DRME centre", Main.version());
        WebServer.addOwnRoutes(api, access, health, metrics);
        var trends = new Trends(store, fleet, clock);
        var alarms = new AlarmStore(store);
        var sources =
                new CloudApi.Sources(
                        fleet,
                        store,
                        new RawHistory(store),
                        trends,
                        alarms,
                        new SqlQueries(new SqlGrid(running), fleet, trends, alarms, store),
                        ingest::submit,
                        clock,
                        metrics);
        CloudApi.addRoutes(api, sources, feed);
        var web = opened(WebServer.start(vertx, listen(), "fleet", api, access, metrics));
        url = web.url();
        directory.announce(url);
    }

    private Database database(Path data) throws DatabaseException {
        var store = config.store();
        return store.url().isEmpty()
                ? Database.openIn(data)
                : Database.open(
                        new DatabaseSettings(
                                store.url().get(), store.user(), store.passwordFile(), store.ca()));
    }

    private static void measure(Metrics metrics, IngestStats stats) {
        Map<String, String> none = Map.of();
        metrics.gauge(
                "drme_ingest_connections",
                "Connections of gateways; each has two",
                none,
                stats::connections);
        metrics.gauge("drme_ingest_messages_total", "Messages that came in", none, stats::messages);
        metrics.gauge(
                "drme_ingest_over_quota_total",
                "Messages turned away because too much waited",
                none,
                stats::overQuota);
        metrics.gauge(
                "drme_ingest_bad_packets_total",
                "Packets that are not MQTT, or too large",
                none,
                stats::badPackets);
        metrics.gauge(
                "drme_ingest_refused_connections_total",
                "Connections refused: no identity, wrong version, too many",
                none,
                stats::refusedConnections);
        metrics.gauge(
                "drme_ingest_answers_left_out_total",
                "Answers that a gateway was too slow to take",
                none,
                stats::answersLeftOut);
        metrics.gauge(
                "drme_ingest_bad_messages_total",
                "Messages that could not be read, or came on a wrong topic",
                none,
                stats::badMessages);
        metrics.gauge(
                "drme_ingest_not_stored_total",
                "Messages that the database did not take",
                none,
                stats::notStored);
    }

    private static void measure(Metrics metrics, GridThread grid) {
        metrics.gauge(
                "drme_grid_retried_total",
                "Facts that were brought into the grid at a later try",
                Map.of(),
                grid::retried);
        metrics.gauge(
                "drme_grid_refused_total",
                "Facts that could not be brought into the grid; the log names each",
                Map.of(),
                grid::refused);
    }

    private Listen listen() {
        var web = config.web();
        return new Listen(
                web.listen().host(),
                web.listen().port(),
                web.tls().map(CloudConfig.Tls::certificate).orElse(null),
                web.tls().map(CloudConfig.Tls::key).orElse(null));
    }

    private Vertx vertx(ConnectionFaults faults) {
        System.setProperty(VertxLog.PROPERTY, VertxLog.class.getName());
        var vertx =
                Vertx.builder()
                        .with(
                                new VertxOptions()
                                        .setEventLoopPoolSize(EVENT_LOOPS)
                                        .setWorkerPoolSize(EVENT_LOOPS)
                                        .setInternalBlockingPoolSize(EVENT_LOOPS)
                                        .setFileSystemOptions(
                                                new FileSystemOptions()
                                                        .setFileCachingEnabled(false)
                                                        .setClassPathResolvingEnabled(false)))
                        .withMetrics(faults)
                        .build();
        parts.push(() -> vertx.close().await(2, TimeUnit.SECONDS));
        return vertx;
    }

    private <T extends AutoCloseable> T opened(T part) {
        parts.push(part);
        return part;
    }

    /** The grid member takes seconds to start; meanwhile the rest is opened. */
    private static <T> FutureTask<T> background(String name, Callable<T> work) {
        var task = new FutureTask<T>(work);
        Thread.ofPlatform().name(name).start(task);
        return task;
    }

    private static <T> T joined(FutureTask<T> task) throws StartException, InterruptedException {
        try {
            return task.get(MEMBER_START_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            var cause = e.getCause() == null ? e : e.getCause();
            throw new StartException("the grid's member can't start: " + cause.getMessage());
        } catch (TimeoutException _) {
            throw new StartException(
                    "the grid's member did not start within %d s; look at the machine's load"
                            .formatted(MEMBER_START_LIMIT_SECONDS));
        }
    }

    /** Address of the page and REST. */
    public String url() {
        return url;
    }

    /** The port on which gateways connect. */
    public int mqttPort() {
        return mqttPort;
    }

    /** Stops all parts, the last one first; what gateways were told is stored is on disk. */
    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                // The supervisor's place: the next part has to be stopped whatever this one says.
                log.warn("stop=failed {}", e.toString());
            }
        }
    }
}
