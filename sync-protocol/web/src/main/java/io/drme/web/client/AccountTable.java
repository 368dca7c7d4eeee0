package io.drme.web.client;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * An account of samples, as {@code /api/v1/reconcile} gives it, as rows: a term each, with its
 * cause where it has one, first of all epochs together, then by epoch and stream, and at the end
 * each equation that does not hold, with the difference.
 */
public final class AccountTable {
    private static final List<String> TERMS =
            List.of(
                    "read",
                    "derived",
                    "filtered",
                    "accepted",
                    "acknowledged",
                    "pending",
                    "local",
                    "refused",
                    "stored",
                    "quarantined",
                    "expired",
                    "superseded");

    private static final Listing LISTING =
            new Listing("gateway", "epoch", "stream", "term", "cause", "samples", "items");

    private final String gateway;
    private final JsonArray rows = new JsonArray();

    private AccountTable(JsonObject account) {
        gateway = account.getString("gateway", "");
        terms("", "", account);
        for (var each : account.getJsonArray("epochs", new JsonArray())) {
            if (each instanceof JsonObject epoch) {
                epoch(epoch);
            }
        }
        for (var each : account.getJsonArray("failed", new JsonArray())) {
            if (each instanceof JsonObject failed) {
                row(failed.getString("epoch", ""), failed.getString("stream", ""), "NOT BALANCED")
                        .put(
                                "cause",
                                "%s: %s is not %s"
                                        .formatted(
                                                failed.getString("equation"),
                                                failed.getValue("left"),
                                                failed.getValue("right")))
                        .put("samples", failed.getValue("difference"));
            }
        }
    }

    /** The account as rows of {@code gateway epoch stream term cause samples items}. */
    public static JsonArray rows(JsonObject account) {
        return new AccountTable(account).rows;
    }

    /** What prints them. */
    public static Listing listing() {
        return LISTING;
    }

    private void epoch(JsonObject epoch) {
        var id = epoch.getString("epoch", "");
        terms(id, "", epoch);
        for (var each : epoch.getJsonArray("streams", new JsonArray())) {
            if (each instanceof JsonObject stream) {
                var name = stream.getString("stream", "");
                terms(id, name, stream);
                for (var item : stream.getJsonObject("items", new JsonObject())) {
                    row(id, name, item.getKey()).put("items", item.getValue());
                }
            }
        }
    }

    private void terms(String epoch, String stream, JsonObject from) {
        for (var term : TERMS) {
            switch (from.getValue(term)) {
                case null -> {}
                case JsonObject byReason -> byReason(epoch, stream, term, byReason);
                case Boolean _ -> {}
                case Object samples -> row(epoch, stream, term).put("samples", samples);
            }
        }
        byReason(epoch, stream, "dropped", from.getJsonObject("dropped", new JsonObject()));
    }

    private void byReason(String epoch, String stream, String term, JsonObject byReason) {
        for (var reason : byReason) {
            row(epoch, stream, term)
                    .put("cause", reason.getKey())
                    .put("samples", reason.getValue());
        }
    }

    private JsonObject row(String epoch, String stream, String term) {
        var row = new JsonObject().put("gateway", gateway);
        row.put("epoch", epoch.length() > 8 ? epoch.substring(0, 8) : epoch);
        row.put("stream", stream).put("term", term);
        rows.add(row);
        return row;
    }
}
