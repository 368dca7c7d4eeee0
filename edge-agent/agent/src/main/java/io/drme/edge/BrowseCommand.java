package io.drme.edge;

import io.drme.config.InvalidConfigException;
import io.drme.driver.Commissioning;
import io.drme.driver.DriverException;
import io.drme.driver.Offer;
import io.drme.edge.config.OfferedTags;
import io.drme.web.client.CommandException;
import io.drme.web.client.Listing;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drme-agent browse}: what a device offers, as tags. */
@Command(
        name = "browse",
        description = {
            "Lists what a device offers: OPC UA variables, Modbus addresses that answer.",
            "-o csv is what 'tags import' takes, -o yaml what stands below 'tags:' in gateway.yaml."
        },
        footer = {
            "  drme-agent browse opc.tcp://10.0.4.20:4840 --match 'boiler/**' -o csv > boiler.csv",
            "  drme-agent browse tcp://10.0.4.17:502 --from 0 --to 499 --match 'holding/*'",
            "  drme-agent tags import boiler.csv --device boiler"
        })
final class BrowseCommand extends DeviceCommands {
    private static final int MOST_ADDRESS = 65_535;

    @Option(
            names = "--match",
            paramLabel = "GLOB",
            description = "Only names that match: * within one word, ** over any depth.")
    private String match = "**";

    @Option(
            names = "--from",
            paramLabel = "N",
            defaultValue = "0",
            description = "Modbus: the first address; default: ${DEFAULT-VALUE}.")
    private int from;

    @Option(
            names = "--to",
            paramLabel = "N",
            defaultValue = "299",
            description = "Modbus: the last address; default: ${DEFAULT-VALUE}.")
    private int to = 299;

    @Override
    int run(Path directory)
            throws InvalidConfigException, DriverException, CommandException, InterruptedException {
        if (from < 0 || to < from || to > MOST_ADDRESS) {
            throw CommandException.wrongUsage(
                    "--from and --to are addresses from 0 to %d, the first not above the last"
                            .formatted(MOST_ADDRESS));
        }
        var factory = factory();
        var commissioning = commissioning(factory);
        var glob = glob();
        var found = new ArrayList<Offer>();
        commissioning.browse(
                device(factory, directory),
                new Commissioning.Extent(from, to),
                offer -> {
                    if (glob.matcher(offer.name()).matches()) {
                        found.add(offer);
                    }
                });
        print(found);
        err().println("%d found%s".formatted(found.size(), sharing()));
        return 0;
    }

    private Pattern glob() {
        var regex = new StringBuilder();
        for (int i = 0; i < match.length(); i++) {
            boolean deep = match.startsWith("**", i);
            if (deep) {
                regex.append(".*");
                i++;
            } else {
                char c = match.charAt(i);
                regex.append(c == '*' ? "[^/]*" : Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString());
    }

    private void print(List<Offer> found) {
        switch (top().form()) {
            case csv -> out().print(OfferedTags.csv(found));
            case yaml -> out().print(OfferedTags.yaml(found));
            case json -> listing().print(items(found), Listing.Format.json, out());
            case table -> listing().print(items(found), Listing.Format.table, out());
        }
        out().flush();
    }

    private static Listing listing() {
        return new Listing("name", "address", "type", "value", "note");
    }

    private static JsonArray items(List<Offer> found) {
        var items = new JsonArray();
        for (var offer : found) {
            items.add(
                    new JsonObject()
                            .put("name", offer.name())
                            .put("address", offer.keys().get("address"))
                            .put("type", offer.keys().get("type"))
                            .put("value", offer.value())
                            .put("note", offer.note()));
        }
        return items;
    }
}
