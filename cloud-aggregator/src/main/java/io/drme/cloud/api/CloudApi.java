package io.drme.cloud.api;

import io.drme.cloud.promql.PrometheusQueries;
import io.drme.cloud.query.Fleet;
import io.drme.cloud.query.RawHistory;
import io.drme.cloud.query.Selection;
import io.drme.cloud.query.Trends;
import io.drme.cloud.sql.SqlQueries;
import io.drme.cloud.store.AlarmStore;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.DatabaseException;
import io.drme.model.Glob;
import io.drme.time.Clock;
import io.drme.web.Api;
import io.drme.web.LatestItem;
import io.drme.web.LiveFeed;
import io.drme.web.Metrics;
import io.drme.web.Route;
import io.drme.web.Rule;
import java.util.List;
import java.util.Optional;

/** The centre's REST interface. */
public final class CloudApi {
    private CloudApi() {}

    /**
     * What the routes ask.
     *
     * @param downlink the way down to the gateways
     */
    public record Sources(
            Fleet fleet,
            BlockStore store,
            RawHistory history,
            Trends trends,
            AlarmStore alarms,
            SqlQueries sql,
            Downlink downlink,
            Clock clock,
            Metrics metrics) {}

    /** Adds all routes of the centre. */
    public static void addRoutes(Api api, Sources sources, LiveFeed feed) {
        new GatewayRoutes(sources.fleet).addTo(api);
        new FleetRoutes(sources.fleet).addTo(api);
        new AccountRoutes(sources.fleet).addTo(api);
        new VerifyRoutes(sources).addTo(api);
        new BackfillRoutes(sources).addTo(api);
        new TrendRoutes(sources).addTo(api);
        var prometheus = new PrometheusQueries(sources.store, sources.history, sources.clock);
        new PrometheusRoutes(prometheus, sources.clock).addTo(api);
        new SqlRoutes(sources.sql, sources.clock).addTo(api);
        new AlarmSummaryRoutes(sources).addTo(api);
        new AlarmRoutes(sources).addTo(api);
        api.stream(
                Route.get(
                        "/api/v1/stream",
                        Rule.VIEWER,
                        "Live samples and alarm changes, as a WebSocket"),
                feed);
    }

    /** What a new client of the live feed sees first. */
    public static List<LatestItem> snapshot(Fleet fleet, Glob match) {
        try {
            var selection = new Selection(match.toString(), Optional.empty(), Optional.empty());
            return fleet.latest(selection).stream().map(FleetRoutes::item).toList();
        } catch (DatabaseException _) {
            // The client is told of changes all the same, and REST says what is wrong.
            return List.of();
        }
    }
}
