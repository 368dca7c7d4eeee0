package io.drme.cloud.api;

import io.drme.alarm.LoadFigures;
import io.drme.alarm.LoadReport;
import io.drme.cloud.query.AlarmScope;
import io.drme.cloud.query.Fleet;
import io.drme.cloud.query.FleetLoad;
import io.drme.cloud.query.Selection;
import io.drme.cloud.store.AlarmStore;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.Fresh;
import io.drme.time.Clock;
import io.drme.web.AlarmItem;
import io.drme.web.AlarmSummary;
import io.drme.web.Api;
import io.drme.web.Reply;
import io.drme.web.Request;
import io.drme.web.Route;
import io.drme.web.Rule;
import io.drme.web.Schema;
import io.drme.web.Times;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** {@code /api/v1/alarms/summary}: what alarms ask of people, of the fleet and of each gateway. */
final class AlarmSummaryRoutes {
    private static final Schema OF_GATEWAY =
            Schema.object(
                    Schema.field("gateway", Schema.text("gateway id")),
                    Schema.field("since", Schema.time("what is counted goes back to here")),
                    Schema.field(
                            "rate", Schema.map(Schema.value("a figure"), "as of all together")),
                    Schema.field(
                            "flood", Schema.map(Schema.value("a figure"), "as of all together")));

    /** The worst of them; the others are found by asking for a site or a gateway. */
    private static final int MOST_GATEWAYS = 100;

    /** A day's changes are read for it, and many ask; a person acts on it in minutes. */
    private static final Duration KEEP = Duration.ofSeconds(5);

    private static final Comparator<Map.Entry<String, LoadFigures>> WORST_FIRST =
            Comparator.comparing((Map.Entry<String, LoadFigures> e) -> !e.getValue().isFlooded())
                    .thenComparingLong(e -> -e.getValue().lastTenMinutes())
                    .thenComparingLong(e -> -e.getValue().total())
                    .thenComparing(Map.Entry::getKey);

    private final AlarmStore alarms;
    private final Fleet fleet;
    private final FleetLoad load;
    private final Fresh<FleetLoad.Figures> ofAll;
    private final Clock clock;

    AlarmSummaryRoutes(CloudApi.Sources sources) {
        this.alarms = sources.alarms();
        this.fleet = sources.fleet();
        this.load = new FleetLoad(sources.store());
        this.clock = sources.clock();
        this.ofAll =
                new Fresh<>(
                        clock,
                        KEEP,
                        () -> load.figures(fleet.alarms(Selection.ALL), clock.epochNanos()));
    }

    void addTo(Api api) {
        api.add(
                Questions.selecting(
                                Route.get(
                                        "/api/v1/alarms/summary",
                                        Rule.VIEWER,
                                        "What alarms ask of people: rates, floods, chattering, standing and stale alarms"))
                        .answers(
                                AlarmSummary.SCHEMA.with(
                                        Schema.field(
                                                "gateways",
                                                Schema.list(
                                                        OF_GATEWAY,
                                                        "each for itself, the worst first: in a flood, then by alarms in the last ten minutes, then by all; at most "
                                                                + MOST_GATEWAYS)))),
                this::summary);
    }

    private Reply summary(Request request) {
        var selection = Questions.selection(request);
        long now = clock.epochNanos();
        var scope = Questions.ask(() -> fleet.alarms(selection));
        var figures =
                Questions.ask(() ->
                        selection.equals(Selection.ALL) ? ofAll.get() : load.figures(scope, now));
        var summary = json(figures.all());
        AlarmSummary.add(summary, Questions.ask(() -> items(scope)), now);
        var gateways = new JsonArray();
        figures.byGateway().entrySet().stream()
                .sorted(WORST_FIRST)
                .limit(MOST_GATEWAYS)
                .forEach(e -> gateways.add(shortOf(e.getKey(), e.getValue())));
        return Reply.json(summary.put("gateways", gateways));
    }

    private static JsonObject json(LoadFigures figures) {
        return new JsonObject(LoadReport.of(figures, Times::text));
    }

    private static JsonObject shortOf(String gateway, LoadFigures figures) {
        var all = json(figures);
        return new JsonObject()
                .put("gateway", gateway)
                .put("since", all.getString("since"))
                .put("rate", all.getJsonObject("rate"))
                .put("flood", all.getJsonObject("flood"));
    }

    /** All that are open, and what came first of their groups. */
    private List<AlarmItem> items(AlarmScope scope) throws DatabaseException {
        var items = new ArrayList<AlarmItem>();
        Stream.concat(alarms.open().stream(), alarms.openOfCentre().stream())
                .filter(row -> scope.site(row).isPresent())
                .map(AlarmRoutes::item)
                .forEach(items::add);
        var known = new HashSet<String>();
        for (var item : List.copyOf(items)) {
            var group = item.context().marks().group();
            if (!group.isEmpty() && known.add(item.gateway() + " " + group)) {
                alarms.first(item.gateway(), group)
                        .map(AlarmRoutes::item)
                        .filter(first -> first.state().equals("normal"))
                        .ifPresent(items::add);
            }
        }
        return items;
    }
}
