package io.drme.cloud.ctl;

import io.drme.web.client.CommandException;
import io.drme.web.client.Listing;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the sites. */
@Command(
        name = "sites",
        description = "Lists sites with what stands there added up.",
        footer = {
            "  drmectl --data DIR sites --order state",
            "  drmectl --data DIR sites --levels 1"
        })
final class Sites extends Lists.Lister {
    @Option(
            names = "--levels",
            paramLabel = "N",
            description = "Tell so many words of a path apart; 0: all as one; default: all words.")
    private @Nullable Integer levels;

    @Option(
            names = "--order",
            paramLabel = "ORDER",
            description =
                    "site, or the worst or largest first by state, gateways, backlog, lag or alarms.")
    private @Nullable String order;

    @Option(
            names = "--text",
            paramLabel = "WORDS",
            description = "Only sites whose path holds all words.")
    private @Nullable String text;

    @Mixin private Lists.Gatewayed gatewayed = new Lists.Gatewayed();

    @Override
    public Integer call() throws CommandException, InterruptedException {
        return list(
                "/api/v1/sites",
                given(
                        "levels",
                        levels == null ? null : levels.toString(),
                        "order",
                        order,
                        "text",
                        text,
                        "site",
                        gatewayed.site(),
                        "label",
                        gatewayed.label()),
                new Listing(
                        "site",
                        "state",
                        "gateways",
                        "online",
                        "trouble",
                        "offline",
                        "backlog",
                        "lag",
                        "timeToDrain",
                        "openAlarms"));
    }
}
