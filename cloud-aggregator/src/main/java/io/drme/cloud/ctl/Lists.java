package io.drme.cloud.ctl;

import io.drme.config.Quantities;
import io.drme.time.SystemClock;
import io.drme.web.Page;
import io.drme.web.client.CommandException;
import io.drme.web.client.Connection;
import io.drme.web.client.Listing;
import io.vertx.core.json.JsonArray;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** The commands that list what the fleet is and what it says now. */
final class Lists {
    private Lists() {}

    /** Oftener a centre is not asked by one command. */
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);

    /** One question and what is done with its answer. */
    @FunctionalInterface
    interface Asking {
        void ask(Connection connection) throws CommandException, InterruptedException;
    }

    /** What all listing commands share. */
    abstract static class Lister implements Callable<Integer> {
        @ParentCommand private @Nullable Drmectl top;

        @Spec private @Nullable CommandSpec spec;

        @Option(
                names = "--limit",
                paramLabel = "N",
                defaultValue = "100000",
                description = "List at most so many; default: ${DEFAULT-VALUE}.")
        private long limit = 100_000;

        @Option(
                names = "--watch",
                paramLabel = "TIME",
                arity = "0..1",
                fallbackValue = "2s",
                description =
                        "Ask again and again, so often, until Ctrl-C; where no time is given: ${FALLBACK-VALUE}.")
        private @Nullable String every;

        /** Asks for all pages and prints them as they come. */
        final int list(String path, Map<String, String> parameters, Listing listing)
                throws CommandException, InterruptedException {
            return repeatedly(connection -> pages(connection, path, parameters, listing));
        }

        private void pages(
                Connection connection, String path, Map<String, String> parameters, Listing listing)
                throws CommandException, InterruptedException {
            var line = spec().commandLine();
            boolean isMore;
            try (var printer = listing.printer(top().format(), line.getOut());
                    var progress = progress()) {
                isMore =
                        connection.pages(
                                path,
                                perPage(parameters),
                                limit,
                                items -> {
                                    printer.add(items);
                                    progress.add(items.size(), "items");
                                });
                printer.complete();
            }
            if (isMore) {
                line.getErr()
                        .println(
                                "drmectl: these are the first %d, there are more; --limit takes another number"
                                        .formatted(limit));
            }
        }

        /** Of what is not wanted as a whole no more is asked for. */
        private Map<String, String> perPage(Map<String, String> parameters) {
            var asked = new TreeMap<>(parameters);
            asked.put("limit", Long.toString(Math.clamp(limit, 1, Page.MAX_LIMIT)));
            return asked;
        }

        /** Says how far it is, where a person looks. */
        final Progress progress() {
            return new Progress(spec().commandLine().getErr(), top().isWatched());
        }

        /** Asks once, or again and again. */
        final int repeatedly(Asking asking) throws CommandException, InterruptedException {
            try (var connection = top().connect()) {
                asking.ask(connection);
                while (every != null) {
                    new SystemClock().sleep(pause(every));
                    asking.ask(connection);
                }
            }
            return 0;
        }

        private static Duration pause(String text) throws CommandException {
            return Quantities.duration(text)
                    .filter(d -> d.compareTo(SHORTEST_PAUSE) >= 0)
                    .orElseThrow(() ->
                            CommandException.wrongUsage(
                                    "--watch %s: expected a time of at least 100ms, for example 2s"
                                            .formatted(text)));
        }

        final void print(JsonArray items, Listing listing) {
            listing.print(items, top().format(), spec().commandLine().getOut());
        }

        final Drmectl top() {
            return java.util.Objects.requireNonNull(top, "set by picocli");
        }

        final CommandSpec spec() {
            return java.util.Objects.requireNonNull(spec, "set by picocli");
        }

        /** The parameters that were given. */
        static Map<String, String> given(@Nullable String... namesAndValues) {
            var map = new TreeMap<String, String>();
            for (int i = 0; i < namesAndValues.length; i += 2) {
                var name = namesAndValues[i];
                var value = namesAndValues[i + 1];
                if (name != null && value != null) {
                    map.put(name, value);
                }
            }
            return map;
        }
    }

    /** Of which gateways. */
    static final class Gatewayed {
        @Option(names = "--site", paramLabel = "GLOB", description = "Of gateways of these sites.")
        private @Nullable String site;

        @Option(
                names = "--label",
                paramLabel = "KEY:VALUE",
                description = "Of gateways with this label.")
        private @Nullable String label;

        @Nullable String site() {
            return site;
        }

        @Nullable String label() {
            return label;
        }
    }

    /** Which tags: a glob, as an argument or by name. */
    static final class Matching {
        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "MATCH",
                description = "Glob over gateway/device/path.")
        private @Nullable String argument;

        @Option(names = "--match", paramLabel = "MATCH", description = "The same, by name.")
        private @Nullable String option;

        /** The glob; nothing where none was given. */
        @Nullable String glob() throws CommandException {
            if (argument != null && option != null) {
                throw CommandException.wrongUsage(
                        "two globs, '%s' and '%s'; give one".formatted(argument, option));
            }
            return argument == null ? option : argument;
        }
    }

    @Command(
            name = "gateways",
            description =
                    "Lists gateways: state and why, last seen, backlog, time to drain, and for how many hours the store lasts without the line.",
            footer = {
                "  drmectl --data DIR gateways",
                "  drmectl --data DIR gateways --state offline --order lag --limit 20 --watch",
                "  drmectl --data DIR gateways --site 'acme/**' -o json"
            })
    static final class Gateways extends Lister {
        @Parameters(index = "0", arity = "0..1", paramLabel = "ID", description = "One gateway.")
        private @Nullable String id;

        @Option(
                names = "--state",
                paramLabel = "STATE",
                description = "Only those that are online, in trouble or offline.")
        private @Nullable String state;

        @Option(
                names = "--text",
                paramLabel = "WORDS",
                description =
                        "Only those of which id, site, why, version or machine hold all words.")
        private @Nullable String text;

        @Option(
                names = "--order",
                paramLabel = "ORDER",
                description =
                        "id, or the worst first by state, lag, backlog, drain, autonomy, alarms, clock or version.")
        private @Nullable String order;

        @Mixin private Gatewayed gatewayed = new Gatewayed();

        @Override
        public Integer call() throws CommandException, InterruptedException {
            var listing =
                    new Listing(
                            "id",
                            "site",
                            "state",
                            "why",
                            "lastSeen",
                            "lag",
                            "backlog",
                            "timeToDrain",
                            "autonomyHours",
                            "clockOffset",
                            "openAlarms",
                            "agentVersion");
            if (id == null) {
                return list(
                        "/api/v1/gateways",
                        given(
                                "site", gatewayed.site(),
                                "label", gatewayed.label(),
                                "state", state,
                                "text", text,
                                "order", order),
                        listing);
            }
            try (var connection = top().connect()) {
                print(
                        new JsonArray(
                                new ArrayList<>(
                                        List.of(
                                                connection.get(
                                                        "/api/v1/gateways/" + Connection.encode(id),
                                                        Map.of())))),
                        listing);
            }
            return 0;
        }
    }

    @Command(
            name = "tags",
            description = "Lists tags with type, unit and source.",
            footer = {
                "  drmectl --data DIR tags 'press-line-1/press-*/**'",
                "  drmectl --data DIR tags --text 'oil temperature' --limit 50"
            })
    static final class Tags extends Lister {
        @Mixin private Matching match = new Matching();

        @Option(
                names = "--text",
                paramLabel = "WORDS",
                description = "Only those whose name, with its gateway, holds all words.")
        private @Nullable String text;

        @Mixin private Gatewayed gatewayed = new Gatewayed();

        @Override
        public Integer call() throws CommandException, InterruptedException {
            return list(
                    "/api/v1/tags",
                    given(
                            "match", match.glob(),
                            "site", gatewayed.site(),
                            "label", gatewayed.label(),
                            "text", text),
                    new Listing("gateway", "tag", "type", "unit", "device", "driver", "sync"));
        }
    }

    @Command(
            name = "latest",
            description = "Shows the newest value of tags.",
            footer = {
                "  drmectl --data DIR latest",
                "  drmectl --data DIR latest '*/press-3/oil/**' -o csv",
                "  drmectl --data DIR latest '**/oil/temperature' --site 'acme/**' --top 10 --watch"
            })
    static final class Latest extends Lister {
        @Mixin private Matching match = new Matching();

        @Mixin private Gatewayed gatewayed = new Gatewayed();

        @Option(
                names = "--top",
                paramLabel = "N",
                description = "Only so many with the highest values; negative: the lowest.")
        private @Nullable Integer top;

        @Override
        public Integer call() throws CommandException, InterruptedException {
            return list(
                    "/api/v1/latest",
                    given(
                            "match", match.glob(),
                            "site", gatewayed.site(),
                            "label", gatewayed.label(),
                            "top", top == null ? null : top.toString()),
                    new Listing(
                            "gateway", "tag", "value", "unit", "quality", "reason", "sourceTime"));
        }
    }
}
