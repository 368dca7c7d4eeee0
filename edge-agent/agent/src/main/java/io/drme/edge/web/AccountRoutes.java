package io.drme.edge.web;

import io.drme.edge.recording.RecorderLog;
import io.drme.log.StoreView;
import io.drme.model.StreamKind;
import io.drme.sync.RangeSet;
import io.drme.sync.SampleTerms;
import io.drme.web.Api;
import io.drme.web.JsonValues;
import io.drme.web.Problem;
import io.drme.web.Reply;
import io.drme.web.Request;
import io.drme.web.Route;
import io.drme.web.Rule;
import io.drme.web.Schema;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.SortedMap;

/** Where every sample went, and whose receipts say so. */
final class AccountRoutes {
    private final GatewayParts parts;

    AccountRoutes(GatewayParts parts) {
        this.parts = parts;
    }

    void addTo(Api api) {
        api.add(
                Route.get("/api/v1/reconcile", Rule.VIEWER, "Where every sample went")
                        .query(
                                "gateway",
                                "gateway id",
                                "this gateway's own; taken so that scripts work on both sides"),
                _ -> Reply.json(account(parts)));
        api.add(
                Route.get(
                        "/api/v1/centre-key",
                        Rule.VIEWER,
                        "The key of the centre, the key that was refused, and the last receipts"),
                _ -> Reply.json(parts.uplink().trust()));
        api.add(
                Route.post(
                                "/api/v1/centre-key/accept",
                                Rule.ADMIN,
                                "Takes a key that the centre shows although nothing vouches for it")
                        .body(
                                Schema.object(
                                        Schema.field("id", Schema.text("id of the refused key")))),
                this::accept);
    }

    private Reply accept(Request request) throws InterruptedException {
        var id = request.body().text("id");
        if (!parts.uplink().acceptCentreKey(id, request.who().name())) {
            throw Problem.conflict(
                            "id",
                            "the centre did not show a key with id '%s'".formatted(id),
                            "the id of the key that was refused last",
                            "Ask GET /api/v1/centre-key for it, and compare it with what the centre's operator says")
                    .asException();
        }
        return Reply.json(new JsonObject().put("id", id).put("accepted", true));
    }

    /** The account of the current epoch, with each equation that does not hold. */
    static JsonObject account(GatewayParts parts) {
        var view = parts.recorder().view();
        var terms = new SampleTerms(RecorderLog.terms(view.counters()));
        var dropped = new JsonObject();
        view.counters()
                .droppedInAll()
                .forEach((cause, samples) -> dropped.put(cause.text(), JsonValues.of(samples)));
        var failed = new JsonArray();
        for (var equation : terms.equations(Optional.empty())) {
            if (equation.fails()) {
                failed.add(
                        new JsonObject()
                                .put("epoch", view.epoch().toString())
                                .put("stream", equation.stream().map(StreamKind::text).orElse(null))
                                .put("equation", equation.text())
                                .put("left", JsonValues.of(equation.left()))
                                .put("right", JsonValues.of(equation.right()))
                                .put("difference", JsonValues.of(equation.difference())));
            }
        }
        var account = new JsonObject().put("gateway", parts.gateway());
        for (var name :
                new String[] {
                    "read", "derived", "filtered", "accepted", "acknowledged", "pending", "local"
                }) {
            account.put(name, JsonValues.of(terms.term(name)));
        }
        return account.put("dropped", dropped)
                .put("refused", JsonValues.of(SampleTerms.sum(terms.refused())))
                // What the centre holds, only the centre can say.
                .putNull("stored")
                .putNull("quarantined")
                .putNull("expired")
                .put("balanced", failed.isEmpty())
                .put("failed", failed)
                .put("epochs", new JsonArray().add(epoch(view, terms)))
                .put("receipts", parts.uplink().trust().getJsonArray("receipts"));
    }

    private static JsonObject epoch(StoreView view, SampleTerms terms) {
        var streams = new JsonArray();
        for (var stream : StreamKind.values()) {
            streams.add(stream(view, terms, stream));
        }
        return new JsonObject()
                .put("epoch", view.epoch().toString())
                .put("refused", byReason(terms.refused()))
                .put("streams", streams);
    }

    private static JsonObject stream(StoreView view, SampleTerms terms, StreamKind stream) {
        boolean data = stream == StreamKind.DATA;
        boolean local = stream == StreamKind.LOCAL;
        long last = view.last(stream);
        var acknowledged = view.acknowledged(stream);
        var pending = local ? RangeSet.EMPTY : view.held(stream).minus(acknowledged);
        var known = view.held(stream).union(acknowledged);
        return new JsonObject()
                .put("stream", stream.text())
                .put("accepted", JsonValues.of(terms.accepted(stream)))
                .put("acknowledged", JsonValues.of(data ? terms.term("acknowledged") : 0))
                .put("pending", JsonValues.of(data ? terms.term("pending") : 0))
                .put("local", JsonValues.of(local ? terms.term("local") : 0))
                .put("dropped", byReason(terms.dropped(stream)))
                .put(
                        "items",
                        new JsonObject()
                                .put("made", last)
                                .put("acknowledged", acknowledged.size())
                                .put("pending", pending.size())
                                .put("held", view.held(stream).size())
                                .put(
                                        "gone",
                                        last == 0 ? 0 : RangeSet.of(1, last).minus(known).size()));
    }

    private static JsonObject byReason(SortedMap<String, Long> byReason) {
        var json = new JsonObject();
        byReason.forEach((reason, samples) -> json.put(reason, JsonValues.of(samples)));
        return json;
    }
}
