package io.drme.cloud;

import io.drme.cloud.api.CloudApi;
import io.drme.cloud.api.ClusterRoutes;
import io.drme.cloud.api.Downlink;
import io.drme.cloud.api.JobRoutes;
import io.drme.cloud.api.LiveChanges;
import io.drme.cloud.api.MemberRoutes;
import io.drme.cloud.config.CloudConfig;
import io.drme.cloud.grid.Changes;
import io.drme.cloud.grid.FleetJobs;
import io.drme.cloud.grid.Grid;
import io.drme.cloud.grid.Member;
import io.drme.cloud.grid.MemberState;
import io.drme.cloud.grid.Neighbours;
import io.drme.cloud.grid.Projection;
import io.drme.cloud.grid.SqlGrid;
import io.drme.cloud.ingest.ConnectionFaults;
import io.drme.cloud.ingest.IngestEndpoint;
import io.drme.cloud.ingest.IngestListener;
import io.drme.cloud.ingest.IngestStats;
import io.drme.cloud.ingest.VertxLog;
import io.drme.cloud.job.FleetPlan;
import io.drme.cloud.query.Fleet;
import io.drme.cloud.query.RawHistory;
import io.drme.cloud.query.Trends;
import io.drme.cloud.sql.SqlQueries;
import io.drme.cloud.store.AlarmStore;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.CentreAlarms;
import io.drme.cloud.store.Compaction;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.FleetRows;
import io.drme.cloud.store.FleetStore;
import io.drme.cloud.store.Records;
import io.drme.cloud.store.Retention;
import io.drme.cloud.store.SharedText;
import io.drme.cloud.store.SqlReceiverStore;
import io.drme.cloud.watch.CentreDesk;
import io.drme.cloud.watch.FleetWatch;
import io.drme.model.GatewayId;
import io.drme.sync.CentreKeys;
import io.drme.sync.Fact;
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
import io.drme.web.Problem;
import io.drme.web.WebServer;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

    /** What the parts have in common. */
    private record Base(
            Database database,
            BlockStore store,
            Member member,
            Neighbours neighbours,
            Metrics metrics,
            Health health) {}

    private void startParts(Path data)
            throws StartException,
                    DatabaseException,
                    CannotListenException,
                    IOException,
                    InterruptedException {
        var directory = opened(DataDirectory.take(data));
        var starting = background("member-start", () -> Member.start(config.cluster()));
        // where what follows fails, or its start takes too long, it has to be ended all the same
        parts.push(() -> joined(starting).close());
        var database = opened(CentreDatabase.open(config, data));
        var receiverStore = opened(SqlReceiverStore.open(database));
        var access = access(data, database);
        var keys = keys(data, database);
        var faults = new ConnectionFaults();
        var vertx = vertx(faults);
        var member = opened(joined(starting));
        var base =
                new Base(
                        database,
                        new BlockStore(database),
                        member,
                        new Neighbours(member),
                        new Metrics(),
                        new Health());
        var fleet = new Fleet(base.store, new Grid(member), clock);
        var feed = new LiveFeed(vertx, clock, base.metrics, m -> CloudApi.snapshot(fleet, m));
        var gridThread = gridThread(base, new LiveChanges(feed));
        var receiver = receiver(receiverStore, keys);
        var side =
                new IngestSide(
                        member, base.neighbours, gridThread, !config.fleet().pipelines().isEmpty());
        var jobs = fleetJobs(base, gridThread);
        var ingest =
                opened(IngestEndpoint.start(vertx, faults, config.ingest(), receiver, clock, side));
        mqttPort = ingest.port();
        if (!member.isAlone()) {
            base.neighbours.listen(gridThread::hear, ingest::lookForCommands);
        }
        CentreMetrics.add(base.metrics, ingest.stats(), database, member, gridThread);
        FleetMetrics.add(base.metrics, jobs.counters());
        var api = new Api("DRME centre", Main.version());
        WebServer.addOwnRoutes(api, access, base.health, base.metrics);
        var changes = changes(base, new LiveChanges(feed));
        var desk = new CentreDesk(base.store, clock, changes);
        addRoutes(api, base, fleet, downlink(desk, ingest), feed);
        JobRoutes.add(api, config.fleet(), jobs, new FleetRows(database), clock);
        var web = opened(WebServer.start(vertx, listen(), "fleet", api, access, base.metrics));
        url = web.url();
        var told = new Told(base, ingest.stats(), feed);
        opened(new MemberThread(List.of(told::tell, watch(base, changes)::step, jobs::step)))
                .start();
        startUpkeep(base);
        directory.announce(url);
    }

    private FleetJobs fleetJobs(Base base, GridThread grid) throws DatabaseException {
        var store = opened(FleetStore.open(base.database));
        var lent =
                new FleetJobs.Opened(
                        base.store, new FleetRows(base.database), store, clock, grid::put);
        return opened(FleetJobs.join(base.member, FleetPlan.of(config.fleet()), lent));
    }

    private Receiver receiver(SqlReceiverStore store, CentreKeys keys) {
        return new Receiver(store, store.reader(), keys, clock, ReceiverSettings.DEFAULTS);
    }

    /** Looks after the fleet while this is the member that does. */
    private FleetWatch watch(Base base, Changes changes) {
        return new FleetWatch(
                base.store,
                new Grid(base.member),
                clock,
                changes,
                () -> base.member.isFirst() && base.member.tooFew().isEmpty());
    }

    private void startUpkeep(Base base) throws DatabaseException {
        var compaction = opened(Compaction.open(base.database, clock));
        var retention = opened(Retention.open(base.database, clock, config.store().retention()));
        CentreMetrics.addStore(base.metrics, compaction.stats(), retention);
        opened(
                        new UpkeepThread(
                                List.of(compaction::step, retention::step),
                                clock,
                                () -> base.member.isFirst() && base.member.tooFew().isEmpty()))
                .start();
    }

    private void addRoutes(Api api, Base base, Fleet fleet, Downlink downlink, LiveFeed feed) {
        var trends = new Trends(base.store, fleet, clock);
        var alarms = new AlarmStore(base.store);
        var sources =
                new CloudApi.Sources(
                        fleet,
                        base.store,
                        new RawHistory(base.store),
                        trends,
                        alarms,
                        new SqlQueries(
                                new SqlGrid(base.member, clock),
                                fleet,
                                trends,
                                alarms,
                                base.store,
                                clock),
                        downlink,
                        clock,
                        base.metrics);
        CloudApi.addRoutes(api, sources, feed);
        MemberRoutes.add(api, base.member, base.neighbours, clock);
        ClusterRoutes.add(api, base.member, base.store);
        api.standAside(
                Set.of("/metrics", MemberRoutes.PATH),
                () ->
                        base.member
                                .tooFew()
                                .map(why ->
                                        Problem.unavailable(
                                                "cluster",
                                                why,
                                                "Ask another member; /api/v1/members tells what this one sees")));
    }

    private static Changes changes(Base base, Changes local) {
        return base.member.isAlone() ? local : new SpreadChanges(local, base.neighbours);
    }

    /** The way down to gateways; what is about the centre's own alarms stays here. */
    private static Downlink downlink(CentreDesk desk, IngestEndpoint ingest) {
        return (gateway, command) -> {
            if (gateway.text().equals(CentreAlarms.GATEWAY)) {
                desk.take(command);
                return true;
            }
            return ingest.submit(gateway, command);
        };
    }

    private GridThread gridThread(Base base, Changes local) throws DatabaseException {
        var grid = new Grid(base.member);
        var changes = changes(base, local);
        var records = opened(Records.open(base.database));
        var projection = new Projection(grid, base.store, records, clock, changes);
        var thread = opened(new GridThread(projection, clock));
        thread.join(base.member::tooFew, local);
        if (base.member.tooFew().isEmpty()) {
            projection.join();
        } else {
            thread.rebuildSoon("the members that are needed are not all there yet");
        }
        base.member.whenIncomplete(thread::rebuildSoon);
        thread.start();
        base.health.add("database", base.database::trouble);
        base.health.add("members", base.member::tooFew);
        base.health.add("grid", thread::trouble);
        return thread;
    }

    /** What ingest is told by the cluster, and tells it. */
    private record IngestSide(
            Member member, Neighbours neighbours, GridThread grid, boolean hasPipelines)
            implements IngestListener {
        @Override
        public Optional<String> taken(GatewayId gateway) {
            return hasPipelines && gateway.text().equals(FleetStore.GATEWAY)
                    ? Optional.of(
                            "results of fleet pipelines have the id 'fleet'; give the gateway another gateway.id")
                    : Optional.empty();
        }

        @Override
        public void take(Fact fact) throws InterruptedException {
            grid.put(fact);
        }

        @Override
        public Optional<String> closed() {
            return member.tooFew();
        }

        @Override
        public boolean isShared() {
            return !member.isAlone();
        }

        @Override
        public void submitted() {
            if (isShared()) {
                neighbours.command();
            }
        }
    }

    /** Says every second how this member is. */
    private final class Told {
        private final Base base;
        private final IngestStats stats;
        private final LiveFeed feed;
        private final long startedNanos = clock.epochNanos();

        Told(Base base, IngestStats stats, LiveFeed feed) {
            this.base = base;
            this.stats = stats;
            this.feed = feed;
        }

        void tell() {
            base.member.tooFew().ifPresent(_ -> feed.endAll("this member is cut off"));
            var heap = Runtime.getRuntime();
            base.neighbours.tell(
                    new MemberState(
                            base.member.address(),
                            url,
                            mqttPort,
                            Main.version(),
                            startedNanos,
                            clock.epochNanos(),
                            stats.connections(),
                            stats.messages(),
                            stats.notStored(),
                            feed.clients(),
                            heap.totalMemory() - heap.freeMemory(),
                            heap.maxMemory(),
                            String.join("; ", base.health.problems())));
        }
    }

    /** Members share accounts and sessions by the database; alone they are files. */
    private Access access(Path data, Database database) throws IOException {
        if (config.cluster().isAlone()) {
            return Access.open(data, clock);
        }
        return Access.open(
                data,
                new Access.Shared(
                        "cluster " + config.cluster().name(),
                        name(config.cluster()),
                        new SharedText(database, "users", clock),
                        new SharedText(database, "sessions", clock),
                        new SharedText(database, "tokens", clock)),
                clock);
    }

    /** By what others know this member, also after a restart. */
    private static String name(CloudConfig.ClusterConfig cluster) throws IOException {
        var listen = cluster.publicAddress().orElse(cluster.listen());
        boolean isAny = listen.host().equals("0.0.0.0") || listen.host().equals("::");
        return isAny
                ? InetAddress.getLocalHost().getHostName() + ":" + listen.port()
                : listen.toString();
    }

    private CentreKeys keys(Path data, Database database) throws IOException, StartException {
        return config.cluster().isAlone()
                ? CentreKeyFile.open(data)
                : CentreKeyFile.open(data, new SharedText(database, "centre.key", clock));
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
