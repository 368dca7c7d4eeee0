package io.drme.cloud.ctl;

import io.drme.config.Quantities;
import io.drme.time.SystemClock;
import io.drme.web.client.CommandException;
import io.drme.web.client.Listing;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands that look back over one tag. */
final class Trends {
    private Trends() {}

    /** A tag and a span of time. */
    abstract static class Trend extends Lists.Lister {
        @Parameters(
                index = "0",
                paramLabel = "GATEWAY/TAG",
                description = "One tag, for example press-line-1/press-3/oil/temperature.")
        private String tag = "";

        @Option(
                names = "--from",
                paramLabel = "TIME",
                defaultValue = "-1h",
                description = "RFC 3339, or so long ago, as in -15m; default: ${DEFAULT-VALUE}.")
        private String from = "-1h";

        @Option(
                names = "--to",
                paramLabel = "TIME",
                defaultValue = "-0s",
                description = "RFC 3339, or so long ago; default: now.")
        private String to = "-0s";

        final Map<String, String> span() throws CommandException {
            int slash = tag.indexOf('/');
            if (slash < 1) {
                throw CommandException.wrongUsage(
                        "'%s' names no tag of a gateway; expected GATEWAY/DEVICE/PATH, as drmectl latest shows"
                                .formatted(tag));
            }
            return given(
                    "gateway", tag.substring(0, slash),
                    "tag", tag.substring(slash + 1),
                    "from", time(from),
                    "to", time(to));
        }
    }

    /** A time as a person writes it, as RFC 3339. */
    static String time(String text) throws CommandException {
        if (text.startsWith("-")) {
            var ago = Quantities.duration(text.substring(1));
            if (ago.isPresent()) {
                long now = new SystemClock().epochNanos();
                return Instant.ofEpochSecond(0, now).minus(ago.get()).toString();
            }
        } else {
            try {
                return Instant.parse(text).toString();
            } catch (DateTimeException _) {
                // said below
            }
        }
        throw CommandException.wrongUsage(
                "'%s' is no time; expected for example 2026-11-23T12:00:00Z, or -15m for a quarter of an hour ago"
                        .formatted(text));
    }

    @Command(
            name = "history",
            description = "Shows the samples of a tag, or one row a step.",
            footer = {
                "  drmectl --data DIR history press-line-1/press-3/oil/temperature --from -15m",
                "  drmectl --data DIR history press-line-1/press-3/oil/temperature --step 1m --functions min,max,avg -o csv"
            })
    static final class History extends Trend {
        @Option(
                names = "--step",
                paramLabel = "TIME",
                description = "One row for each of these, as in 1m.")
        private @Nullable String step;

        @Option(
                names = "--functions",
                paramLabel = "LIST",
                defaultValue = "min,max,avg,count",
                description =
                        "Of each step: min max avg count first last sum stddev p95; default: ${DEFAULT-VALUE}.")
        private String functions = "";

        @Override
        public Integer call() throws CommandException, InterruptedException {
            var asked = span();
            if (step == null) {
                return list(
                        "/api/v1/history",
                        asked,
                        new Listing("sourceTime", "value", "quality", "reason", "gatewayTime"));
            }
            asked.put("step", step);
            asked.put("functions", functions);
            var columns = new ArrayList<>(List.of("time", "count"));
            for (var function : functions.split(",", -1)) {
                if (!function.equals("count")) {
                    columns.add(function);
                }
            }
            return list("/api/v1/history", asked, new Listing(columns.toArray(String[]::new)));
        }
    }

    @Command(
            name = "gaps",
            description = "Shows where a trend has holes, and why.",
            footer = {"  drmectl --data DIR gaps press-line-1/press-3/oil/temperature --from -1d"})
    static final class Gaps extends Trend {
        @Override
        public Integer call() throws CommandException, InterruptedException {
            return list("/api/v1/gaps", span(), new Listing("from", "to", "reason", "detail"));
        }
    }
}
