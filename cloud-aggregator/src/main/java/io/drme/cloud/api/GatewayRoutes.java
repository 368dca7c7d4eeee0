package io.drme.cloud.api;

import io.drme.cloud.query.AlarmCounts;
import io.drme.cloud.query.Fleet;
import io.drme.cloud.query.Fleet.GatewayView;
import io.drme.cloud.query.Site;
import io.drme.web.Api;
import io.drme.web.Page;
import io.drme.web.Reply;
import io.drme.web.Request;
import io.drme.web.Route;
import io.drme.web.Rule;
import io.drme.web.Schema;
import io.vertx.core.json.JsonObject;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The gateways and their sites, as they are now; thousands are listed and added up here. */
final class GatewayRoutes {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double TENTHS = 10;

    /** Deeper paths are one: enterprise, site, area and some more. */
    private static final int MOST_LEVELS = 16;

    private static final List<String> STATES = List.of("online", "trouble", "offline");

    static final Schema ALARMS =
            Schema.object(
                    Schema.field("critical", Schema.integer("open ones of this priority")),
                    Schema.field("high", Schema.integer("open ones of this priority")),
                    Schema.field("medium", Schema.integer("open ones of this priority")),
                    Schema.field("low", Schema.integer("open ones of this priority")),
                    Schema.field("waiting", Schema.integer("open ones that wait for a person")),
                    Schema.field(
                            "hidden",
                            Schema.integer(
                                    "shelved, suppressed or out of service; not among these")));

    private static final Schema GATEWAY =
            Schema.object(
                    Schema.field("id", Schema.text("gateway id")),
                    Schema.field("site", Schema.text("enterprise/site/area")),
                    Schema.field("labels", Schema.map(Schema.text("value"), "labels")),
                    Schema.field("state", Schema.text("online, offline or trouble")),
                    Schema.optional("why", Schema.text("why it is in this state")),
                    Schema.optional("lastSeen", Schema.time("when it was last heard of")),
                    Schema.optional(
                            "lag", Schema.text("age of the newest stored sample, as in 4.2s")),
                    Schema.field("backlog", Schema.integer("samples that wait on the gateway")),
                    Schema.field(
                            "backlogItems", Schema.integer("blocks and events that wait there")),
                    Schema.optional(
                            "timeToDrain", Schema.text("until the backlog is here, as in 12s")),
                    Schema.optional(
                            "autonomyHours",
                            Schema.number("hours that its store lasts without the line")),
                    Schema.optional(
                            "writtenBytesADay",
                            Schema.integer("what it writes to its disk in a day, in bytes")),
                    Schema.field(
                            "openAlarms", Schema.integer("alarms that are not over or hidden")),
                    Schema.field("alarms", ALARMS),
                    Schema.optional(
                            "clockOffset", Schema.text("its clock less the centre's, as in 0.01s")),
                    Schema.optional("agentVersion", Schema.text("version of its agent")),
                    Schema.optional("host", Schema.text("machine")),
                    Schema.optional("bootCount", Schema.integer("starts of the agent on its data")),
                    Schema.optional("configurationHash", Schema.text("what it runs")),
                    Schema.optional("schemaHash", Schema.text("schemas that it writes")));

    private static final Schema SITE =
            Schema.object(
                    Schema.field("site", Schema.text("enterprise/site/area; empty for all")),
                    Schema.field(
                            "below", Schema.integer("sites further down, counted as one here")),
                    Schema.field(
                            "state",
                            Schema.text("online where all are, offline where none is, or trouble")),
                    Schema.field("gateways", Schema.integer("that stand there and below")),
                    Schema.field("online", Schema.integer("of these")),
                    Schema.field("trouble", Schema.integer("of these")),
                    Schema.field("offline", Schema.integer("of these")),
                    Schema.field("backlog", Schema.integer("samples that wait on the gateways")),
                    Schema.field(
                            "backlogItems", Schema.integer("blocks and events that wait there")),
                    Schema.optional("lag", Schema.text("the largest of its gateways, as in 4.2s")),
                    Schema.optional(
                            "timeToDrain", Schema.text("the longest of its gateways, as in 12s")),
                    Schema.field(
                            "openAlarms", Schema.integer("alarms that are not over or hidden")),
                    Schema.field("alarms", ALARMS));

    /** By what gateways can be listed; the first comes where nothing is said. */
    private static final Map<String, Function<GatewayView, String>> ORDERS = orders();

    private static final Map<String, Function<Site, String>> SITE_ORDERS = siteOrders();

    private final Fleet fleet;

    GatewayRoutes(Fleet fleet) {
        this.fleet = fleet;
    }

    private static Map<String, Function<GatewayView, String>> orders() {
        var orders = new LinkedHashMap<String, Function<GatewayView, String>>();
        orders.put("id", v -> v.gateway().name());
        orders.put("state", v -> rank(v.state()) + key(v, w -> urgency(w.alarms())));
        orders.put("lag", v -> key(v, w -> behind(w.now().newestNanos())));
        orders.put("backlog", v -> key(v, w -> (double) w.now().pendingSamples()));
        orders.put("drain", v -> key(v, GatewayView::drainSeconds));
        orders.put("autonomy", v -> key(v, w -> -w.fullNanos()));
        orders.put("alarms", v -> key(v, w -> urgency(w.alarms())));
        orders.put("clock", v -> key(v, w -> Math.abs((double) w.now().clockOffsetNanos())));
        orders.put(
                "version",
                v ->
                        v.gateway().greeting().map(g -> g.software()).orElse("")
                                + " "
                                + v.gateway().name());
        return orders;
    }

    private static Map<String, Function<Site, String>> siteOrders() {
        var orders = new LinkedHashMap<String, Function<Site, String>>();
        orders.put("site", Site::path);
        orders.put(
                "state",
                s ->
                        rank(s.state())
                                + descending((double) (s.offline() + s.trouble()) / s.gateways())
                                + s.path());
        orders.put("gateways", s -> descending(s.gateways()) + s.path());
        orders.put("backlog", s -> descending((double) s.backlog()) + s.path());
        orders.put("lag", s -> descending(behind(s.oldestNanos())) + s.path());
        orders.put("alarms", s -> descending(urgency(s.alarms())) + s.path());
        return orders;
    }

    /**
     * The larger, the older the newest sample of this time is; the least where there is none. The
     * age itself grows while a person turns pages, and gateways would be passed over.
     */
    private static double behind(long newestNanos) {
        return newestNanos == 0 ? Double.NEGATIVE_INFINITY : -(double) newestNanos;
    }

    private static int rank(String state) {
        return STATES.size() - STATES.indexOf(state);
    }

    private static double urgency(AlarmCounts alarms) {
        double many = 1e4;
        return ((alarms.critical() * many + alarms.high()) * many + alarms.medium()) * many
                + alarms.low();
    }

    private static String key(GatewayView view, ToDoubleFunction<GatewayView> most) {
        return descending(most.applyAsDouble(view)) + view.gateway().name();
    }

    /** A text that sorts before that of a smaller number. */
    private static String descending(double number) {
        long bits = Double.doubleToLongBits(number + 0.0);
        long ascending = bits < 0 ? ~bits : bits | Long.MIN_VALUE;
        var hex = Long.toHexString(~ascending);
        return "0".repeat(Long.BYTES * 2 - hex.length()) + hex + " ";
    }

    void addTo(Api api) {
        api.add(
                Questions.selecting(
                                Route.get("/api/v1/gateways", Rule.VIEWER, "Lists the gateways"))
                        .query("state", String.join("|", STATES), "only in this state")
                        .query("text", "words", "only those of which id, site, why, … hold all")
                        .query(
                                "order",
                                String.join("|", ORDERS.keySet()),
                                "id where not given; otherwise the worst or largest first")
                        .paged()
                        .answers(Schema.page(GATEWAY)),
                this::gateways);
        api.add(
                Route.get("/api/v1/gateways/{id}", Rule.VIEWER, "One gateway").answers(GATEWAY),
                request ->
                        Reply.json(
                                gateway(
                                        Questions.ask(() ->
                                                fleet.view(
                                                        Questions.gateway(
                                                                fleet, request.path("id")))))));
        api.add(
                Questions.selecting(
                                Route.get(
                                        "/api/v1/sites",
                                        Rule.VIEWER,
                                        "Lists the sites, with what stands there added up"))
                        .query(
                                "levels",
                                "0 to " + MOST_LEVELS,
                                "so many words of a path are told apart, 0 is all as one; the whole path where not given")
                        .query("text", "words", "only sites whose path holds all of them")
                        .query(
                                "order",
                                String.join("|", SITE_ORDERS.keySet()),
                                "site where not given; otherwise the worst or largest first")
                        .paged()
                        .answers(Schema.page(SITE)),
                this::sites);
    }

    private Reply gateways(Request request) {
        var selection = Questions.selection(request);
        var state = request.choice("state", STATES);
        var words = Questions.words(request);
        var views =
                Questions.ask(() -> fleet.views(selection)).stream()
                        .filter(v -> state.isEmpty() || state.get().equals(v.state()))
                        .filter(v -> words.isEmpty() || holds(words, v));
        return Reply.page(
                sorted(request, views.toList(), order(request, ORDERS), GatewayRoutes::gateway));
    }

    private static boolean holds(List<String> words, GatewayView view) {
        var greeting = view.gateway().greeting();
        return Questions.hold(
                words,
                view.gateway().name(),
                view.gateway().site(),
                view.state(),
                view.why(),
                greeting.map(g -> g.software()).orElse(""),
                greeting.map(g -> g.host()).orElse(""));
    }

    private Reply sites(Request request) {
        var selection = Questions.selection(request);
        int levels = (int) request.integer("levels", 0, MOST_LEVELS).orElse(MOST_LEVELS);
        var words = Questions.words(request);
        var views = Questions.ask(() -> fleet.views(selection));
        var sites =
                Site.of(views, levels).stream()
                        .filter(s -> Questions.hold(words, s.path()))
                        .toList();
        return Reply.page(sorted(request, sites, order(request, SITE_ORDERS), GatewayRoutes::site));
    }

    private static <T> Function<T, String> order(
            Request request, Map<String, Function<T, String>> orders) {
        var name = request.choice("order", orders.keySet());
        return orders.entrySet().stream()
                .filter(e -> name.isEmpty() || name.get().equals(e.getKey()))
                .findFirst()
                .orElseThrow()
                .getValue();
    }

    /** One that changes its place between two pages may be on both, or on none. */
    private static <T> Page sorted(
            Request request, List<T> items, Function<T, String> key, Function<T, JsonObject> json) {
        record Keyed<T>(String key, T item) {}
        var keyed =
                items.stream()
                        .map(item -> new Keyed<>(key.apply(item), item))
                        .sorted(Comparator.comparing(Keyed::key));
        return Page.ofSorted(request, keyed, Keyed::key, k -> json.apply(k.item()));
    }

    private static JsonObject gateway(GatewayView view) {
        var now = view.now();
        var greeting = view.gateway().greeting();
        var labels = new JsonObject();
        view.gateway().labels().forEach(labels::put);
        return new JsonObject()
                .put("id", view.gateway().name())
                .put("site", view.gateway().site())
                .put("labels", labels)
                .put("state", view.state())
                .put("why", view.why().isEmpty() ? null : view.why())
                .put("lastSeen", FleetRoutes.time(now.seenNanos()))
                .put("lag", seconds(view.lagNanos() / NANOS_PER_SECOND))
                .put("backlog", now.pendingSamples())
                .put("backlogItems", now.pendingItems())
                .put("timeToDrain", seconds(view.drainSeconds()))
                .put(
                        "autonomyHours",
                        view.autonomyHours() < 0
                                ? null
                                : Math.round(view.autonomyHours() * TENTHS) / TENTHS)
                .put("writtenBytesADay", now.writtenBytesADay() < 0 ? null : now.writtenBytesADay())
                .put("openAlarms", view.alarms().open())
                .put("alarms", alarms(view.alarms()))
                .put(
                        "clockOffset",
                        now.reportedNanos() == 0
                                ? null
                                : FleetRoutes.seconds(now.clockOffsetNanos() / NANOS_PER_SECOND))
                .put("agentVersion", greeting.map(g -> g.software()).orElse(null))
                .put("host", greeting.map(g -> g.host()).orElse(null))
                .put("bootCount", greeting.map(g -> g.bootCount()).orElse(null))
                .put("configurationHash", greeting.map(g -> g.configurationHash()).orElse(null))
                .put("schemaHash", greeting.map(g -> g.schemaHash()).orElse(null));
    }

    private static @Nullable String seconds(double seconds) {
        return seconds < 0 ? null : FleetRoutes.seconds(seconds);
    }

    static JsonObject alarms(AlarmCounts alarms) {
        return new JsonObject()
                .put("critical", alarms.critical())
                .put("high", alarms.high())
                .put("medium", alarms.medium())
                .put("low", alarms.low())
                .put("waiting", alarms.waiting())
                .put("hidden", alarms.hidden());
    }

    private static JsonObject site(Site site) {
        return new JsonObject()
                .put("site", site.path())
                .put("below", site.below())
                .put("state", site.state())
                .put("gateways", site.gateways())
                .put("online", site.online())
                .put("trouble", site.trouble())
                .put("offline", site.offline())
                .put("backlog", site.backlog())
                .put("backlogItems", site.backlogItems())
                .put("lag", seconds(site.lagNanos() / NANOS_PER_SECOND))
                .put("timeToDrain", seconds(site.drainSeconds()))
                .put("openAlarms", site.alarms().open())
                .put("alarms", alarms(site.alarms()));
    }
}
