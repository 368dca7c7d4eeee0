package io.drme.cloud.api;

import io.drme.cloud.query.Fleet;
import io.drme.cloud.store.ChainWalk;
import io.drme.model.GatewayId;
import io.drme.web.Api;
import io.drme.web.Reply;
import io.drme.web.Request;
import io.drme.web.Route;
import io.drme.web.Rule;
import io.drme.web.Schema;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Locale;

/** The auditor's question: is what is stored what the gateway signed? */
final class VerifyRoutes {
    private static final Schema STREAM =
            Schema.object(
                    Schema.field("gateway", Schema.text("gateway id")),
                    Schema.field("epoch", Schema.text("life of its data directory")),
                    Schema.field("number", Schema.integer("the centre's number of it, from 1")),
                    Schema.field("stream", Schema.text("events or data")),
                    Schema.field("items", Schema.integer("stored items")),
                    Schema.field("bytes", Schema.integer("read and hashed")),
                    Schema.field("quarantined", Schema.integer("of the items, kept apart")),
                    Schema.field("expired", Schema.integer("of the items, without bytes")),
                    Schema.field("closed", Schema.integer("numbers closed without an item")),
                    Schema.field("awaited", Schema.integer("numbers that have not arrived")),
                    Schema.field("last", Schema.integer("greatest number here")),
                    Schema.field("signature", Schema.text("valid, none or invalid")),
                    Schema.optional("signedThrough", Schema.integer("number that was signed")),
                    Schema.field("unsigned", Schema.integer("items behind the signed one")),
                    Schema.field("holds", Schema.bool("whether nothing is wrong")),
                    Schema.optional("brokenAt", Schema.integer("the first number that is wrong")),
                    Schema.optional("expected", Schema.text("what should be there")),
                    Schema.optional("found", Schema.text("what is there")));

    private final Fleet fleet;
    private final ChainWalk walk;

    VerifyRoutes(CloudApi.Sources sources) {
        this.fleet = sources.fleet();
        this.walk = new ChainWalk(sources.store());
    }

    void addTo(Api api) {
        api.add(
                Route.get(
                                "/api/v1/reconcile/verify",
                                Rule.VIEWER,
                                "Reads every stored item of a gateway: hashes, chain, signature")
                        .needs("gateway", "gateway id", "whose items")
                        .answers(Schema.page(STREAM)),
                this::verify);
    }

    private Reply verify(Request request) {
        var id = request.required("gateway");
        var walked =
                Questions.ask(
                        () -> walk.walk(Questions.gateway(fleet, id).id(), new GatewayId(id)));
        var items = new JsonArray();
        walked.forEach(w -> items.add(item(id, w)));
        return Reply.json(new JsonObject().put("items", items).putNull("next"));
    }

    private static JsonObject item(String gateway, ChainWalk.Walked w) {
        var head = w.head();
        var broken = w.broken();
        return new JsonObject()
                .put("gateway", gateway)
                .put("epoch", w.epoch().epoch().toString())
                .put("number", w.epoch().number())
                .put("stream", w.stream().text())
                .put("items", w.items())
                .put("bytes", w.bytes())
                .put("quarantined", w.quarantined())
                .put("expired", w.expired())
                .put("closed", w.closed())
                .put("awaited", w.awaited())
                .put("last", w.last())
                .put("signature", w.signature().name().toLowerCase(Locale.ROOT))
                .put("signedThrough", head == null ? null : head.sequence())
                .put("unsigned", w.unsigned())
                .put("holds", w.holds())
                .put("brokenAt", broken == null ? null : broken.sequence())
                .put("expected", broken == null ? null : broken.expected())
                .put("found", broken == null ? null : broken.found());
    }
}
