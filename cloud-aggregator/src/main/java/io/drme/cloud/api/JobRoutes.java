package io.drme.cloud.api;

import io.drme.cloud.config.FleetConfig;
import io.drme.cloud.config.FleetConfig.FleetPipeline;
import io.drme.cloud.grid.FleetJobs;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.FleetRows;
import io.drme.cloud.store.FleetRows.KeyRow;
import io.drme.cloud.store.FleetRows.Progress;
import io.drme.time.Clock;
import io.drme.web.Api;
import io.drme.web.Page;
import io.drme.web.Reply;
import io.drme.web.Request;
import io.drme.web.Route;
import io.drme.web.Rule;
import io.drme.web.Schema;
import io.drme.web.Times;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fleet's pipelines, and how far each is. */
public final class JobRoutes {
    private static final double NANOS_PER_SECOND = 1e9;

    private static final Schema ITEM =
            Schema.object(
                    Schema.field("name", Schema.text("the pipeline's name in cloud.yaml")),
                    Schema.field(
                            "by", Schema.text("fleet, site or gateway: what is computed together")),
                    Schema.field(
                            "state",
                            Schema.text(
                                    "running, waiting (no block of its tags came yet), trouble, or what the cluster says of the job: starting, stopped, suspended")),
                    Schema.field("why", Schema.text("what is wrong; empty while all is well")),
                    Schema.field("keys", Schema.integer("parts that are computed by themselves")),
                    Schema.optional(
                            "computedTo",
                            Schema.time("results up to there are complete, but for late blocks")),
                    Schema.optional("lagSeconds", Schema.number("from there to now")),
                    Schema.field(
                            "again",
                            Schema.integer(
                                    "chunks of time that wait to be computed again, as blocks came late")));

    private final FleetConfig config;
    private final FleetJobs jobs;
    private final FleetRows rows;
    private final Clock clock;

    private JobRoutes(FleetConfig config, FleetJobs jobs, FleetRows rows, Clock clock) {
        this.config = config;
        this.jobs = jobs;
        this.rows = rows;
        this.clock = clock;
    }

    /** Adds the route. */
    public static void add(
            Api api, FleetConfig config, FleetJobs jobs, FleetRows rows, Clock clock) {
        api.add(
                Route.get("/api/v1/jobs", Rule.VIEWER, "The fleet's pipelines and how far each is")
                        .paged()
                        .answers(Schema.page(ITEM)),
                new JobRoutes(config, jobs, rows, clock)::list);
    }

    private Reply list(Request request) {
        var progress = Questions.ask(this::progress);
        var troubles = Questions.ask(this::troubles);
        var status = jobs.status();
        return Reply.page(
                Page.ofSorted(
                        request,
                        config.pipelines().stream().sorted((a, b) -> a.name().compareTo(b.name())),
                        FleetPipeline::name,
                        p ->
                                item(
                                        p,
                                        status,
                                        progress.get(p.name()),
                                        troubles.getOrDefault(p.name(), jobs.trouble()))));
    }

    private Map<String, Progress> progress() throws DatabaseException {
        var all = new HashMap<String, Progress>();
        rows.progress().forEach(p -> all.put(p.job(), p));
        return all;
    }

    /** Of each pipeline the trouble of one of its keys. */
    private Map<String, String> troubles() throws DatabaseException {
        var all = new HashMap<String, String>();
        for (KeyRow key : rows.keys()) {
            if (!key.trouble().isEmpty()) {
                all.putIfAbsent(key.key().job(), key.trouble());
            }
        }
        return all;
    }

    private JsonObject item(
            FleetPipeline pipeline, String status, @Nullable Progress progress, String why) {
        var running = progress == null ? "waiting" : why.isEmpty() ? "running" : "trouble";
        var json =
                new JsonObject()
                        .put("name", pipeline.name())
                        .put("by", pipeline.by().name().toLowerCase(Locale.ROOT))
                        .put("state", status.equals("running") ? running : status)
                        .put("why", why)
                        .put("keys", progress == null ? 0 : progress.keys())
                        .put("again", progress == null ? 0 : progress.marks());
        if (progress != null) {
            json.put("computedTo", Times.text(progress.computedTo()));
            json.put("lagSeconds", (clock.epochNanos() - progress.computedTo()) / NANOS_PER_SECOND);
        }
        return json;
    }
}
