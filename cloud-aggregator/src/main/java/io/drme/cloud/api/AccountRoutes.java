package io.drme.cloud.api;

import io.drme.cloud.query.Account;
import io.drme.cloud.query.Fleet;
import io.drme.model.StreamKind;
import io.drme.sync.Message.Progress;
import io.drme.sync.SampleTerms;
import io.drme.web.Api;
import io.drme.web.JsonValues;
import io.drme.web.Problem;
import io.drme.web.Reply;
import io.drme.web.Request;
import io.drme.web.Route;
import io.drme.web.Rule;
import io.drme.web.Times;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.SortedMap;
import java.util.TreeMap;

/** What became of every sample of a gateway. */
final class AccountRoutes {
    private final Fleet fleet;

    AccountRoutes(Fleet fleet) {
        this.fleet = fleet;
    }

    void addTo(Api api) {
        api.add(
                Route.get(
                                "/api/v1/reconcile",
                                Rule.VIEWER,
                                "What became of every sample of a gateway")
                        .needs("gateway", "gateway id", "whose samples"),
                this::reconcile);
    }

    private Reply reconcile(Request request) {
        var id = request.required("gateway");
        var account = Questions.ask(() -> fleet.account(Questions.gateway(fleet, id)));
        if (!account.reported()) {
            throw Problem.conflict(
                            "gateway",
                            "gateway '%s' has not reported its counters yet".formatted(id),
                            "a gateway that was connected to this centre",
                            "Wait until it is online, and ask again")
                    .asException();
        }
        return Reply.json(json(id, account));
    }

    private static JsonObject json(String gateway, Account a) {
        var dropped = new TreeMap<>(a.refused());
        a.dropped().forEach((reason, samples) -> dropped.merge(reason, samples, Long::sum));
        var failed = new JsonArray();
        var epochs = new JsonArray();
        for (var epoch : a.epochs()) {
            for (var equation : epoch.equations()) {
                if (equation.fails()) {
                    failed.add(failed(epoch, equation));
                }
            }
            epochs.add(epoch(epoch));
        }
        return new JsonObject()
                .put("gateway", gateway)
                .put("read", JsonValues.of(a.read()))
                .put("derived", JsonValues.of(a.derived()))
                .put("filtered", JsonValues.of(a.filtered()))
                .put("accepted", JsonValues.of(a.accepted()))
                .put("acknowledged", JsonValues.of(a.acknowledged()))
                .put("pending", JsonValues.of(a.pending()))
                .put("local", JsonValues.of(a.local()))
                .put("dropped", byReason(dropped))
                .put("refused", JsonValues.of(SampleTerms.sum(a.refused())))
                .put("stored", JsonValues.of(a.stored()))
                .put("quarantined", JsonValues.of(a.quarantined()))
                .put("expired", JsonValues.of(a.expired()))
                .put("balanced", a.balanced())
                .put("superseded", JsonValues.of(a.superseded()))
                .put("failed", failed)
                .put("epochs", epochs);
    }

    private static JsonObject failed(Account.Epoch epoch, SampleTerms.Equation equation) {
        return new JsonObject()
                .put("epoch", epoch.report().epoch().toString())
                .put("stream", equation.stream().map(StreamKind::text).orElse(null))
                .put("equation", equation.text())
                .put("left", JsonValues.of(equation.left()))
                .put("right", JsonValues.of(equation.right()))
                .put("difference", JsonValues.of(equation.difference()));
    }

    private static JsonObject epoch(Account.Epoch epoch) {
        var terms = epoch.terms();
        var streams = new JsonArray();
        for (var progress : epoch.report().progress()) {
            streams.add(stream(epoch, progress));
        }
        streams.add(
                new JsonObject()
                        .put("stream", StreamKind.LOCAL.text())
                        .put("accepted", JsonValues.of(terms.accepted(StreamKind.LOCAL)))
                        .put("local", JsonValues.of(terms.term("local")))
                        .put("dropped", byReason(terms.dropped(StreamKind.LOCAL))));
        return new JsonObject()
                .put("epoch", epoch.report().epoch().toString())
                .put("number", epoch.number())
                .put("superseded", epoch.superseded())
                .put("reportedAt", Times.text(epoch.report().receivedNanos()))
                .put("read", JsonValues.of(terms.term("read")))
                .put("derived", JsonValues.of(terms.term("derived")))
                .put("filtered", JsonValues.of(terms.term("filtered")))
                .put("refused", byReason(terms.refused()))
                .put("balanced", epoch.equations().stream().noneMatch(e -> e.fails()))
                .put("streams", streams);
    }

    private static JsonObject stream(Account.Epoch epoch, Progress progress) {
        var terms = epoch.terms();
        boolean data = progress.stream() == StreamKind.DATA;
        long acknowledged = progress.acknowledged().size();
        return new JsonObject()
                .put("stream", progress.stream().text())
                .put("accepted", JsonValues.of(terms.accepted(progress.stream())))
                .put("acknowledged", JsonValues.of(data ? terms.term("acknowledged") : 0))
                .put("pending", JsonValues.of(data ? terms.term("pending") : 0))
                .put("dropped", byReason(terms.dropped(progress.stream())))
                .put("stored", JsonValues.of(data ? epoch.held().stored() : 0))
                .put("quarantined", JsonValues.of(data ? epoch.held().quarantined() : 0))
                .put("expired", JsonValues.of(data ? epoch.held().expired() : 0))
                .put(
                        "items",
                        new JsonObject()
                                .put("made", progress.last())
                                .put("acknowledged", acknowledged)
                                .put("pending", progress.pendingItems())
                                .put(
                                        "gone",
                                        Math.max(
                                                0,
                                                progress.last()
                                                        - acknowledged
                                                        - progress.pendingItems())));
    }

    private static JsonObject byReason(SortedMap<String, Long> byReason) {
        var json = new JsonObject();
        byReason.forEach((reason, samples) -> {
            if (samples != 0) {
                json.put(reason, JsonValues.of(samples));
            }
        });
        return json;
    }
}
