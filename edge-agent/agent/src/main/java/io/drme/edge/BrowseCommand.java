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
import java.io.Console;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drme-agent browse}: what a device offers, as tags. */
@Command(
        name = "browse",
        description = {
            "Lists what a device offers: OPC UA variables, Modbus addresses that answer, topics of a broker that are published meanwhile.",
            "-o csv is what 'tags import' takes, -o yaml what stands below 'tags:' in gateway.yaml."
        },
        footer = {
            "  drme-agent browse opc.tcp://10.0.4.20:4840 --match 'boiler/**' -o csv > boiler.csv",
            "  drme-agent browse 'rtu:///dev/ttyUSB0?baud=9600&parity=none' --unit-id 3 --timeout 5s",
            "  drme-agent browse tcp://10.0.4.17:502 --from 0 --to 499 --match 'holding/*'",
            "  drme-agent browse mqtt://10.0.4.40:1883 --topic 'hall/#' --for 30s -o yaml",
            "  drme-agent tags import boiler.csv --device boiler"
        })
final class BrowseCommand extends DeviceCommands {
    /** Keys of a tag that is a part of what its address holds. */
    private static final List<String> PARTS = List.of("element", "field");

    private static final int MOST_ADDRESS = 65_535;
    private static final Duration LEAST_LISTEN = Duration.ofMillis(100);
    private static final Duration MOST_LISTEN = Duration.ofHours(1);

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

    @Option(
            names = "--topic",
            paramLabel = "FILTER",
            defaultValue = "#",
            description = "MQTT: the topics to listen to; default: ${DEFAULT-VALUE}.")
    private String topic = "#";

    @Option(
            names = "--for",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "MQTT: how long to listen; default: ${DEFAULT-VALUE}.")
    private String listen = "10s";

    @Override
    int run(Path directory)
            throws InvalidConfigException, DriverException, CommandException, InterruptedException {
        if (from < 0 || to < from || to > MOST_ADDRESS) {
            throw CommandException.wrongUsage(
                    "--from and --to are addresses from 0 to %d, the first not above the last"
                            .formatted(MOST_ADDRESS));
        }
        var time = time("--for", listen, LEAST_LISTEN, MOST_LISTEN);
        var factory = factory();
        var commissioning = commissioning(factory);
        var glob = glob();
        var found = new ArrayList<Offer>();
        var listener = new Told(glob, found);
        try {
            commissioning.browse(
                    device(factory, directory),
                    new Commissioning.Extent(from, to, topic, time),
                    listener);
        } catch (DriverException e) {
            listener.end();
            if (!found.isEmpty()) {
                print(found);
                err().println("%d found before this:".formatted(found.size()));
            }
            throw e;
        }
        listener.end();
        print(found);
        err().println("%d found%s".formatted(found.size(), sharing()));
        return 0;
    }

    /** Keeps what matches; tells how far it is where a person looks on. */
    private final class Told implements Commissioning.Listener {
        private final boolean watched =
                Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
        private final Pattern glob;
        private final List<Offer> found;
        private int width;

        Told(Pattern glob, List<Offer> found) {
            this.glob = glob;
            this.found = found;
        }

        @Override
        public void found(Offer offer) {
            if (glob.matcher(offer.name()).matches()) {
                found.add(offer);
            }
        }

        @Override
        public void note(String text) {
            end();
            err().println("note: " + text);
        }

        @Override
        public void at(String place) {
            if (watched) {
                end();
                var line = "%s, %d found".formatted(place, found.size());
                err().print(line);
                err().flush();
                width = line.length();
            }
        }

        /** Takes the line of progress off the screen. */
        void end() {
            if (width > 0) {
                err().print("\r" + " ".repeat(width) + "\r");
                err().flush();
                width = 0;
            }
        }
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
            case json -> listing(found).print(items(found), Listing.Format.json, out());
            case table -> listing(found).print(items(found), Listing.Format.table, out());
        }
        out().flush();
    }

    /** Parts of a node have columns where there is any. */
    private static Listing listing(List<Offer> found) {
        boolean inParts =
                found.stream().anyMatch(o -> PARTS.stream().anyMatch(o.keys()::containsKey));
        return inParts
                ? new Listing("name", "address", "element", "field", "type", "value", "note")
                : new Listing("name", "address", "type", "value", "note");
    }

    private static JsonArray items(List<Offer> found) {
        var items = new JsonArray();
        for (var offer : found) {
            var item =
                    new JsonObject()
                            .put("name", offer.name())
                            .put("address", offer.keys().get("address"))
                            .put("type", offer.keys().get("type"))
                            .put("value", offer.value())
                            .put("note", offer.note());
            PARTS.stream()
                    .filter(offer.keys()::containsKey)
                    .forEach(part -> item.put(part, offer.keys().get(part)));
            items.add(item);
        }
        return items;
    }
}
