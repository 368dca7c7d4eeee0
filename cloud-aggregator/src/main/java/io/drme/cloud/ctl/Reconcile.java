package io.drme.cloud.ctl;

import io.drme.web.client.AccountTable;
import io.drme.web.client.CommandException;
import io.drme.web.client.Listing;
import io.vertx.core.json.JsonArray;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows the account of samples, and says by the exit code whether it balances. */
@Command(
        name = "reconcile",
        description =
                "Shows what became of every sample read; exit 1 where an account does not balance.",
        footer = {
            "%nExamples:",
            "  drmectl --data DIR reconcile",
            "  drmectl --data DIR reconcile press-line-1 -o json"
        })
final class Reconcile extends Lists.Lister {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "GATEWAY",
            description =
                    "One gateway, term by term and cause by cause; otherwise a line for each.")
    private @Nullable String gateway;

    @Override
    public Integer call() throws CommandException, InterruptedException {
        try (var connection = top().connect()) {
            var items = new JsonArray();
            if (gateway != null) {
                var account = connection.get("/api/v1/reconcile", given("gateway", gateway));
                if (top().format() == Listing.Format.json) {
                    print(new JsonArray().add(account), AccountTable.listing());
                } else {
                    print(AccountTable.rows(account), AccountTable.listing());
                }
                return account.getBoolean("balanced", false) ? 0 : 1;
            } else {
                for (var each : connection.list("/api/v1/gateways", Map.of(), Long.MAX_VALUE)) {
                    if (each instanceof io.vertx.core.json.JsonObject found) {
                        items.add(
                                connection.get(
                                        "/api/v1/reconcile",
                                        given("gateway", found.getString("id"))));
                    }
                }
            }
            print(
                    items,
                    new Listing(
                            "gateway",
                            "read",
                            "derived",
                            "filtered",
                            "accepted",
                            "acknowledged",
                            "pending",
                            "local",
                            "dropped",
                            "stored",
                            "quarantined",
                            "expired",
                            "balanced"));
            boolean balanced = true;
            for (int i = 0; i < items.size(); i++) {
                balanced &= items.getJsonObject(i).getBoolean("balanced", false);
            }
            return balanced ? 0 : 1;
        }
    }
}
