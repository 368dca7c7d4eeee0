package io.drme.web;

import io.drme.time.Clock;
import io.drme.time.SystemClock;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Serves both pages over {@link CannedPlant}, for looking at them while they are worked on: run
 * {@link #main} and open one of the links that it prints.
 */
final class CannedPages {
    private CannedPages() {}

    /** Serves until it is killed; prints one-time links, as many as the argument says. */
    public static void main(String[] args) throws Exception {
        var clock = new SystemClock();
        var vertx = Vertx.vertx();
        int links = args.length == 0 ? 1 : Integer.parseInt(args[0]);
        for (var pages : new String[] {"plant", "fleet"}) {
            var data = Files.createTempDirectory("drme-pages-");
            var server = start(vertx, clock, data, pages);
            var users = Access.users(data, clock);
            for (var role : new Role[] {Role.OPERATOR, Role.VIEWER}) {
                users.add(role.text(), role);
                for (int i = 0; i < links; i++) {
                    var link = users.newCode(role.text()).link();
                    System.out.println(pages + " " + role.text() + " " + server.url() + link);
                }
            }
        }
        System.out.println("ready");
    }

    /** Starts a server with the routes that a page reads. */
    static WebServer start(Vertx vertx, Clock clock, Path data, String pages) throws Exception {
        var plant = new CannedPlant(clock, pages.equals("fleet"));
        var metrics = new Metrics();
        var access = Access.open(data, clock);
        var api = new Api("DRME " + pages + " (canned)", "0.1.0");
        var feed = new LiveFeed(vertx, clock, metrics, plant::latest);
        WebServer.addOwnRoutes(api, access, new Health(), metrics);
        api.stream(Route.get("/api/v1/stream", Rule.VIEWER, "The live feed"), feed);
        addLists(api, plant);
        addHistory(api, plant);
        addAcknowledge(api, plant, feed);
        vertx.setPeriodic(
                Duration.ofSeconds(1).toMillis(),
                _ -> plant.latest(io.drme.model.Glob.of("**")).forEach(feed::publish));
        return WebServer.start(vertx, Listen.onLoopback(0), pages, api, access, metrics);
    }

    private static void addLists(Api api, CannedPlant plant) {
        api.add(
                Route.get("/api/v1/latest", Rule.VIEWER, "Newest readings")
                        .query("match", "glob", "which tags")
                        .paged()
                        .answers(Schema.page(LatestItem.SCHEMA)),
                r ->
                        Reply.page(
                                Page.ofSorted(
                                        r,
                                        plant.latest(r.glob("match")).stream(),
                                        i -> i.gateway() + "/" + i.tag(),
                                        LatestItem::toJson)));
        api.add(
                Route.get("/api/v1/alarms", Rule.VIEWER, "Alarms")
                        .query("state", "a state", "only in this state")
                        .between()
                        .paged(),
                r ->
                        Reply.page(
                                Page.all(
                                        plant.alarms().stream()
                                                .filter(a ->
                                                        r.query("state")
                                                                .orElse(a.state())
                                                                .equals(a.state()))
                                                .map(AlarmItem::toJson)
                                                .toList())));
        api.add(
                Route.get("/api/v1/devices", Rule.VIEWER, "Devices").paged(),
                _ ->
                        Reply.page(
                                Page.all(
                                        plant.devices().stream()
                                                .map(DeviceItem::toJson)
                                                .toList())));
        api.add(
                Route.get("/api/v1/gateways", Rule.VIEWER, "Gateways").paged(),
                _ -> Reply.page(Page.all(plant.gateways())));
        api.add(
                Route.get("/api/v1/findings", Rule.VIEWER, "What was noticed").paged(),
                _ -> Reply.page(Page.all(plant.findings())));
        api.add(
                Route.get("/api/v1/reconcile", Rule.VIEWER, "Accounting")
                        .query("gateway", "gateway id", "which"),
                r -> Reply.json(plant.reconcile(r.query("gateway").orElse("press-line-1"))));
        api.add(
                Route.get("/api/v1/status", Rule.VIEWER, "Status"),
                _ -> Reply.json(plant.status()));
    }

    private static void addHistory(Api api, CannedPlant plant) {
        api.add(
                Route.get("/api/v1/history", Rule.VIEWER, "Samples or roll-ups of a tag")
                        .needs("gateway", "gateway id", "which gateway")
                        .needs("tag", "device/path", "which tag")
                        .between()
                        .query("step", "duration", "rolls up")
                        .query("functions", "list", "min, max, avg, count")
                        .paged(),
                r -> {
                    long from = r.time("from").orElse(0);
                    long to = r.time("to").orElse(0);
                    var step = r.duration("step");
                    return Reply.page(
                            Page.all(
                                    step.isPresent()
                                            ? plant.rollUps(
                                                    r.required("tag"),
                                                    from,
                                                    to,
                                                    step.get().toNanos())
                                            : plant.history(r.required("tag"), from, to)));
                });
        api.add(
                Route.get("/api/v1/gaps", Rule.VIEWER, "Gaps of a tag")
                        .needs("gateway", "gateway id", "which gateway")
                        .needs("tag", "device/path", "which tag")
                        .between()
                        .paged(),
                r ->
                        Reply.page(
                                Page.all(
                                        plant
                                                .gaps(
                                                        r.time("from").orElse(0),
                                                        r.time("to").orElse(Long.MAX_VALUE))
                                                .stream()
                                                .map(GapItem::toJson)
                                                .toList())));
    }

    private static void addAcknowledge(Api api, CannedPlant plant, LiveFeed feed) {
        api.add(
                Route.post("/api/v1/alarms/{id}/acknowledge", Rule.OPERATOR, "Acknowledges")
                        .body(Schema.object(Schema.optional("comment", Schema.text("a word")))),
                r -> {
                    acknowledge(plant, feed, r.path("id"), r.who().name());
                    return Reply.none();
                });
        api.add(
                Route.post("/api/v1/alarms/acknowledge", Rule.OPERATOR, "Acknowledges several")
                        .body(
                                Schema.object(
                                        Schema.field(
                                                "ids", Schema.list(Schema.text("id"), "which")),
                                        Schema.optional("comment", Schema.text("a word")))),
                r -> {
                    for (var id : r.body().texts("ids")) {
                        acknowledge(plant, feed, id, r.who().name());
                    }
                    return Reply.none();
                });
    }

    private static void acknowledge(CannedPlant plant, LiveFeed feed, String id, String by) {
        var known = plant.alarms().stream().filter(a -> a.id().equals(id)).findFirst();
        if (known.isEmpty()) {
            throw Problem.notFound(id, "there is no alarm '" + id + "'", "List the alarms")
                    .asException();
        }
        var cleared = known.get().clearedAtNanos();
        var next = plant.change(id, cleared == null ? "acknowledged" : "normal", cleared, by);
        if (next != null) {
            feed.publish(next);
        }
    }
}
