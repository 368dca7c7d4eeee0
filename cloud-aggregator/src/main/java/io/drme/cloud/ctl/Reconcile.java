package io.drme.cloud.ctl;

import io.drme.web.client.AccountTable;
import io.drme.web.client.CommandException;
import io.drme.web.client.Connection;
import io.drme.web.client.Listing;
import io.vertx.core.json.JsonArray;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the account of samples, and says by the exit code whether it balances. */
@Command(
        name = "reconcile",
        description =
                "Shows what became of every sample read; exit 1 where an account does not balance.",
        footer = {
            "  drmectl --data DIR reconcile",
            "  drmectl --data DIR reconcile press-line-1 -o json",
            "  drmectl --data DIR reconcile press-line-1 --verify"
        })
final class Reconcile extends Lists.Lister {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "GATEWAY",
            description =
                    "One gateway, term by term and cause by cause; otherwise a line for each.")
    private @Nullable String gateway;

    @Option(
            names = "--verify",
            description =
                    "Read every stored item of GATEWAY: its hash, its place in the chain, and the gateway's signature over the end; says the first place that does not hold.")
    private boolean verify;

    @Override
    public Integer call() throws CommandException, InterruptedException {
        try (var connection = top().connect()) {
            if (verify) {
                return verify(connection);
            }
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

    private int verify(Connection connection) throws CommandException, InterruptedException {
        if (gateway == null) {
            throw new CommandException(
                    "--verify needs a GATEWAY, as in drmectl reconcile press-line-1 --verify");
        }
        var items =
                connection
                        .get("/api/v1/reconcile/verify", given("gateway", gateway))
                        .getJsonArray("items");
        print(
                items,
                new Listing(
                        "number",
                        "stream",
                        "items",
                        "last",
                        "quarantined",
                        "closed",
                        "awaited",
                        "signature",
                        "signedThrough",
                        "unsigned",
                        "holds",
                        "brokenAt",
                        "expected",
                        "found"));
        boolean holds = true;
        for (int i = 0; i < items.size(); i++) {
            holds &= items.getJsonObject(i).getBoolean("holds", false);
        }
        return holds ? 0 : 1;
    }
}
