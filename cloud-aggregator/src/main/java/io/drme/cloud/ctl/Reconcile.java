package io.drme.cloud.ctl;

import io.drme.web.client.AccountTable;
import io.drme.web.client.CommandException;
import io.drme.web.client.Connection;
import io.drme.web.client.Listing;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the account of samples, and says by the exit code whether it balances. */
@Command(
        name = "reconcile",
        description =
                "Shows what became of every sample read; exit 1 where an account does not balance.",
        footer = {
            "  drmectl --data DIR reconcile",
            "  drmectl --data DIR reconcile --site 'acme/**' -o csv",
            "  drmectl --data DIR reconcile press-line-1 -o json",
            "  drmectl --data DIR reconcile press-line-1 --verify"
        })
final class Reconcile extends Lists.Lister {
    private static final Listing ALL =
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
                    "balanced");

    @Mixin private Lists.Gatewayed gatewayed = new Lists.Gatewayed();

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
        var holds = new AtomicBoolean(true);
        repeatedly(connection ->
                holds.set(
                        verify
                                ? verify(connection)
                                : gateway != null
                                        ? account(connection, gateway)
                                        : accounts(connection)));
        return holds.get() ? 0 : 1;
    }

    private boolean account(Connection connection, String of)
            throws CommandException, InterruptedException {
        var account = connection.get("/api/v1/reconcile", given("gateway", of));
        boolean isJson = top().format() == Listing.Format.json;
        print(
                isJson ? new JsonArray().add(account) : AccountTable.rows(account),
                AccountTable.listing());
        return account.getBoolean("balanced", false);
    }

    /** Of each gateway of a selection, as they come. */
    private boolean accounts(Connection connection) throws CommandException, InterruptedException {
        var selection = given("site", gatewayed.site(), "label", gatewayed.label());
        boolean balanced = true;
        try (var printer = ALL.printer(top().format(), spec().commandLine().getOut());
                var progress = progress()) {
            for (var each : connection.list("/api/v1/gateways", selection, Long.MAX_VALUE)) {
                if (each instanceof JsonObject found) {
                    var account =
                            connection.get(
                                    "/api/v1/reconcile", given("gateway", found.getString("id")));
                    balanced &= account.getBoolean("balanced", false);
                    printer.add(new JsonArray().add(account));
                    progress.add(1, "gateways");
                }
            }
            printer.complete();
        }
        return balanced;
    }

    private boolean verify(Connection connection) throws CommandException, InterruptedException {
        if (gateway == null) {
            throw CommandException.wrongUsage(
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
        return holds;
    }
}
