package io.drme.edge.web;

import io.drme.driver.DeviceStatus;
import io.drme.edge.acquisition.LatestSnapshot;
import io.drme.edge.config.WebConfig;
import io.drme.edge.recording.AlarmBook;
import io.drme.log.Counters;
import io.drme.log.Wear;
import io.drme.web.Access;
import io.drme.web.Api;
import io.drme.web.CannotListenException;
import io.drme.web.Health;
import io.drme.web.Listen;
import io.drme.web.LiveFeed;
import io.drme.web.Metrics;
import io.drme.web.Route;
import io.drme.web.Rule;
import io.drme.web.WebServer;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Serves the gateway's page, REST and live feed.
 *
 * <p>{@link #step} belongs to the supervisor's thread: it tells the feed what changed since the
 * last call. A slow page never slows it.
 */
public final class AgentWeb implements AutoCloseable {
    private static final String PAGES = "plant";

    private final Vertx vertx;
    private final WebServer server;
    private final LiveFeed feed;
    private final GatewayParts parts;
    private final Access access;
    private long publishedVersion;

    private AgentWeb(
            Vertx vertx, WebServer server, LiveFeed feed, GatewayParts parts, Access access) {
        this.vertx = vertx;
        this.server = server;
        this.feed = feed;
        this.parts = parts;
        this.access = access;
    }

    /**
     * Starts to serve.
     *
     * @param data where users, sessions and the token lie
     * @param version of the agent, for the OpenAPI document
     */
    public static AgentWeb start(WebConfig config, Path data, GatewayParts parts, String version)
            throws CannotListenException, IOException, InterruptedException {
        var vertx =
                Vertx.vertx(
                        new VertxOptions()
                                .setEventLoopPoolSize(1)
                                .setWorkerPoolSize(1)
                                .setInternalBlockingPoolSize(1));
        try {
            var metrics = new Metrics();
            var health = new Health();
            var access = Access.open(data, parts.clock());
            var api = new Api("DRME agent", version);
            var values = new ValueRoutes(parts);
            var feed = new LiveFeed(vertx, parts.clock(), metrics, values::snapshot);
            WebServer.addOwnRoutes(api, access, health, metrics);
            addRoutes(api, parts, values, metrics);
            api.stream(
                    Route.get(
                            "/api/v1/stream",
                            Rule.VIEWER,
                            "Live samples and alarms over a WebSocket"),
                    feed);
            health.add(
                    "store",
                    () ->
                            parts.recorder().isFailing()
                                    ? Optional.of("the disk refuses writes")
                                    : Optional.empty());
            addMetrics(metrics, parts);
            parts.alarmBook().listen(changed -> publishAlarms(feed, parts, changed));
            var listen =
                    new Listen(
                            config.host(),
                            config.port(),
                            config.certificate().orElse(null),
                            config.key().orElse(null));
            var server = WebServer.start(vertx, listen, PAGES, api, access, metrics);
            return new AgentWeb(vertx, server, feed, parts, access);
        } catch (CannotListenException | IOException | InterruptedException | RuntimeException e) {
            vertx.close();
            throw e;
        }
    }

    /** The routes beside those that every program has; also for the test of routes and roles. */
    static void addRoutes(Api api, GatewayParts parts, ValueRoutes values, Metrics metrics) {
        values.addTo(api);
        var alarms = new AlarmRoutes(parts);
        alarms.addTo(api);
        new ServiceRoutes(parts, alarms).addTo(api);
        new HistoryRoutes(parts, metrics).addTo(api);
        new OperationRoutes(parts).addTo(api);
        new WhyRoutes(parts).addTo(api);
        new WriteRoutes(parts).addTo(api);
        new CommissionRoutes(parts.commission()).addTo(api);
        new AccountRoutes(parts).addTo(api);
    }

    private static void publishAlarms(
            LiveFeed feed, GatewayParts parts, List<AlarmBook.Occurrence> changed) {
        var clock = parts.recorder().clock();
        changed.forEach(o -> feed.publish(AlarmRoutes.item(parts.gateway(), clock, o)));
    }

    /** What is not known is absent. */
    private static void addWear(Metrics.Writer writer, Wear wear) {
        writer.counter(
                "drme_store_written_bytes_total",
                "Pages written to the disk since the start, in bytes",
                Map.of(),
                (double) wear.bytesWritten());
        wear.bytesADay()
                .ifPresent(b ->
                        writer.gauge(
                                "drme_store_written_bytes_per_day",
                                "Pages written in a day at the present rate, in bytes",
                                Map.of(),
                                b));
        wear.autonomyHours()
                .ifPresent(h ->
                        writer.gauge(
                                "drme_store_autonomy_hours",
                                "How long samples find room, were the line down from now on",
                                Map.of(),
                                h));
    }

    private static void addMetrics(Metrics metrics, GatewayParts parts) {
        metrics.source(writer -> {
            Counters c = parts.recorder().view().counters();
            var name = "drme_samples_total";
            var help = "Samples by what became of them";
            writer.counter(name, help, Map.of("fate", "read"), (double) c.read());
            writer.counter(name, help, Map.of("fate", "derived"), (double) c.derived());
            writer.counter(name, help, Map.of("fate", "filtered"), (double) c.filtered());
            writer.counter(name, help, Map.of("fate", "accepted"), (double) c.accepted());
            writer.counter(name, help, Map.of("fate", "acknowledged"), (double) c.acknowledged());
            c.droppedInAll()
                    .forEach((cause, n) ->
                            writer.counter(
                                    name,
                                    help,
                                    Map.of("fate", "dropped", "cause", cause.text()),
                                    (double) n));
            writer.gauge(
                    "drme_samples_pending",
                    "Samples that wait for a receipt",
                    Map.of(),
                    (double) c.pending());
            writer.counter(
                    "drme_stray_batches_total",
                    "Batches dropped because their device was changed or removed meanwhile",
                    Map.of(),
                    (double) parts.acquisition().strayBatches());
            writer.counter(
                    "drme_stray_samples_total",
                    "Samples in those batches, which nothing else counts",
                    Map.of(),
                    (double) parts.acquisition().straySamples());
            addWear(writer, parts.recorder().wear());
            EngineReport.addTo(writer, parts.acquisition().engine());
            addTraffic(writer, parts.uplink().status().getJsonArray("traffic", new JsonArray()));
            parts.devices().get().forEach(d -> addDevice(writer, d));
        });
    }

    private static void addTraffic(Metrics.Writer writer, JsonArray streams) {
        for (int i = 0; i < streams.size(); i++) {
            var stream = streams.getJsonObject(i);
            var labels = Map.of("stream", stream.getString("stream"));
            writer.counter(
                    "drme_uplink_sent_bytes_total",
                    "Bytes handed to the line to the centre, by what they are",
                    labels,
                    stream.getDouble("sentBytes"));
            writer.counter(
                    "drme_uplink_waited_seconds_total",
                    "For how long something could not go for want of its part of the line",
                    labels,
                    stream.getDouble("waitedSeconds"));
        }
    }

    private static void addDevice(Metrics.Writer writer, DeviceStatus d) {
        var labels = Map.of("device", d.device());
        writer.counter(
                "drme_device_polls_total",
                "Polls that gave samples",
                labels,
                (double) d.counters().polls());
        writer.counter(
                "drme_device_failed_polls_total",
                "Beats on which the device was lost",
                labels,
                (double) d.counters().failedPolls());
        writer.counter(
                "drme_device_skipped_polls_total",
                "Beats that were skipped",
                labels,
                (double) d.counters().skippedPolls());
        writer.counter(
                "drme_device_slowed_polls_total",
                "Beats left out on purpose, while pipelines could not follow",
                labels,
                (double) d.counters().slowedPolls());
        writer.counter(
                "drme_device_lost_values_total",
                "Values that device or line lost before they were taken",
                labels,
                (double) d.counters().lostValues());
    }

    /** Where a browser on this machine finds the page. */
    public String url() {
        return server.url();
    }

    /** Who may come in; for one-time sign-in links. */
    public Access access() {
        return access;
    }

    /** Tells the feed which values changed since the last call. */
    public void step() {
        var now = parts.acquisition().latest();
        if (now.version() != publishedVersion && feed.isWanted()) {
            publishChanged(now);
        }
        publishedVersion = now.version();
    }

    private void publishChanged(LatestSnapshot now) {
        var clock = parts.recorder().clock();
        for (int i = 0; i < now.table().size(); i++) {
            if (now.changedAt(i) > publishedVersion) {
                feed.publish(ValueRoutes.item(parts.gateway(), clock, now, i));
            }
        }
    }

    @Override
    public void close() {
        server.close();
        vertx.close();
    }
}
