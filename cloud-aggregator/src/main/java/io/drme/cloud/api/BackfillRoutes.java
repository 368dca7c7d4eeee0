package io.drme.cloud.api;

import io.drme.cloud.query.Fleet;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.CommandStore;
import io.drme.cloud.store.CommandStore.CommandRow;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.sync.Backfill;
import io.drme.sync.Message;
import io.drme.sync.RangeSet;
import io.drme.time.Clock;
import io.drme.web.Api;
import io.drme.web.Page;
import io.drme.web.Problem;
import io.drme.web.Reply;
import io.drme.web.Request;
import io.drme.web.Route;
import io.drme.web.Rule;
import io.drme.web.Schema;
import io.drme.web.Times;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Asking a gateway for a span of time again, and how far that is. */
final class BackfillRoutes {
    /** A gateway that is offline until then is to be asked anew. */
    private static final Duration EXPIRES = Duration.ofDays(7);

    private static final int MOST_LISTED = 1_000;
    private static final String PATH = "/api/v1/backfill";

    private static final Schema ITEM =
            Schema.object(
                    Schema.field("command", Schema.text("id of the request")),
                    Schema.field("gateway", Schema.text("gateway id")),
                    Schema.field("from", Schema.time("start of the span, source time")),
                    Schema.field("to", Schema.time("end of the span")),
                    Schema.field("again", Schema.bool("whether also what is here was asked for")),
                    Schema.field("by", Schema.text("who asked")),
                    Schema.field("at", Schema.time("when")),
                    Schema.field("expires", Schema.time("given up then")),
                    Schema.field(
                            "state", Schema.text("waiting, sending, done, refused or expired")),
                    Schema.optional("items", Schema.integer("items that the gateway sends again")),
                    Schema.optional("left", Schema.integer("how many of them are still to come")),
                    Schema.optional("detail", Schema.text("what was sent, what is gone and why")));

    private final Fleet fleet;
    private final BlockStore store;
    private final CommandStore commands;
    private final Downlink downlink;
    private final Clock clock;

    BackfillRoutes(CloudApi.Sources sources) {
        this.fleet = sources.fleet();
        this.store = sources.store();
        this.commands = new CommandStore(sources.store());
        this.downlink = sources.downlink();
        this.clock = sources.clock();
    }

    void addTo(Api api) {
        api.add(
                Route.post(PATH, Rule.ENGINEER, "Asks a gateway for a span of time again")
                        .body(
                                Schema.object(
                                        Schema.field("gateway", Schema.text("gateway id")),
                                        Schema.field("from", Schema.text("RFC 3339")),
                                        Schema.field("to", Schema.text("RFC 3339")),
                                        Schema.optional(
                                                "again",
                                                Schema.text(
                                                        "true: also what the centre holds, as after damage or quarantine")))),
                this::ask);
        api.add(
                Route.get(PATH, Rule.VIEWER, "What was asked of gateways again, newest first")
                        .query("gateway", "gateway id", "only of this gateway")
                        .paged()
                        .answers(Schema.page(ITEM)),
                this::list);
    }

    private Reply ask(Request request) {
        var body = request.body();
        var id = body.text("gateway");
        var gateway = Questions.ask(() -> Questions.gateway(fleet, id));
        long from = time(body.text("from"), "/from");
        long to = time(body.text("to"), "/to");
        if (from >= to) {
            throw Problem.badBody("/to", "the end is not after the start", "a time after 'from'")
                    .asException();
        }
        boolean again = body.optionalText("again").map(Boolean::parseBoolean).orElse(false);
        var epoch =
                Questions.ask(() -> commands.current(gateway.id()))
                        .orElseThrow(() ->
                                Problem.conflict(
                                                "gateway",
                                                "gateway '%s' has never joined".formatted(id),
                                                "a gateway that was connected to this centre",
                                                "Wait until it is online, and ask again")
                                        .asException());
        var lacking = Questions.ask(() -> lacking(gateway.id(), epoch));
        var span = new BlockStore.Span(from, to);
        var here = Questions.ask(() -> commands.count(epoch.id(), StreamKind.DATA, span));
        long now = clock.epochNanos();
        var command =
                new Message.Command(
                        0,
                        UUID.randomUUID().toString(),
                        now,
                        now + EXPIRES.toNanos(),
                        request.who().name(),
                        Backfill.VERB,
                        new Backfill(epoch.epoch(), from, to, again, lacking).arguments());
        if (!downlink.submit(new GatewayId(id), command)) {
            throw Problem.unavailable(
                            "gateway",
                            "too many commands wait for gateway '%s' already".formatted(id),
                            "Wait until some are done; GET /api/v1/backfill lists them")
                    .asException();
        }
        return Reply.json(
                202,
                new JsonObject()
                        .put("command", command.id())
                        .put("gateway", id)
                        .put("from", Times.text(from))
                        .put("to", Times.text(to))
                        .put("again", again)
                        .put("here", here.items())
                        .put("quarantined", here.quarantined())
                        .put("expired", here.expired())
                        .put("lacking", lacking.values().stream().mapToLong(RangeSet::size).sum()));
    }

    /** What is not here of the numbers that the gateway gave, by its last report. */
    private Map<StreamKind, RangeSet> lacking(long gatewayId, BlockStore.Epoch epoch)
            throws io.drme.cloud.store.DatabaseException {
        var lacking = new EnumMap<StreamKind, RangeSet>(StreamKind.class);
        for (var stream : List.of(StreamKind.EVENTS, StreamKind.DATA)) {
            var held = store.held(epoch.id(), stream);
            long last = held.last().orElse(0);
            for (var report : store.reports(gatewayId)) {
                if (report.epochId() == epoch.id()) {
                    for (var progress : report.progress()) {
                        last = progress.stream() == stream ? Math.max(last, progress.last()) : last;
                    }
                }
            }
            if (last > 0) {
                lacking.put(stream, RangeSet.of(1, last).minus(held));
            }
        }
        lacking.values().removeIf(RangeSet::isEmpty);
        return lacking;
    }

    private static long time(String text, String where) {
        return Times.parse(text)
                .orElseThrow(() ->
                        Problem.badBody(
                                        where,
                                        "'%s' is no time".formatted(Questions.shortened(text)),
                                        "an RFC 3339 time such as 2026-11-23T14:05:00Z")
                                .asException());
    }

    private Reply list(Request request) {
        var gateway = request.query("gateway");
        return Reply.page(
                Page.ofSorted(
                        request,
                        Questions.ask(() -> commands.commands(Backfill.VERB, gateway, MOST_LISTED))
                                .stream(),
                        row ->
                                "%019d %s"
                                        .formatted(
                                                Long.MAX_VALUE - row.command().issuedAtNanos(),
                                                row.command().id()),
                        this::item));
    }

    private JsonObject item(CommandRow row) {
        var command = row.command();
        var asked = Backfill.of(command);
        var progress = progress(row);
        var state =
                row.result() != null
                        ? row.result()
                        : command.expiresAtNanos() < clock.epochNanos()
                                ? "expired"
                                : progress.isPresent() ? "sending" : "waiting";
        return new JsonObject()
                .put("command", command.id())
                .put("gateway", row.gateway())
                .put("from", asked.map(a -> Times.text(a.fromNanos())).orElse(null))
                .put("to", asked.map(a -> Times.text(a.toNanos())).orElse(null))
                .put("again", asked.map(Backfill::again).orElse(false))
                .put("by", command.issuer())
                .put("at", Times.text(command.issuedAtNanos()))
                .put("expires", Times.text(command.expiresAtNanos()))
                .put("state", state)
                .put("items", progress.map(Message.Refill::items).orElse(null))
                .put("left", progress.map(Message.Refill::left).orElse(null))
                .put("detail", row.detail());
    }

    private Optional<Message.Refill> progress(CommandRow row) {
        return Questions.ask(() -> {
            var gateway = fleet.gateway(row.gateway());
            return gateway.isEmpty()
                    ? Optional.<Message.Refill>empty()
                    : store.reports(gateway.get().id()).stream()
                            .flatMap(r -> r.refills().stream())
                            .filter(r -> r.command().equals(row.command().id()))
                            .findFirst();
        });
    }
}
