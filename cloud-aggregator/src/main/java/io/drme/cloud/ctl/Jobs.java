package io.drme.cloud.ctl;

import io.drme.web.client.CommandException;
import io.drme.web.client.Listing;
import java.util.Map;
import picocli.CommandLine.Command;

/** Lists the fleet's pipelines. */
@Command(
        name = "jobs",
        description =
                "Lists the fleet's pipelines: state and why, up to when results are there, and what is to be computed again.",
        footer = {"  drmectl --data DIR jobs", "  drmectl --data DIR jobs -o json"})
final class Jobs extends Lists.Lister {
    @Override
    public Integer call() throws CommandException, InterruptedException {
        var listing =
                new Listing(
                        "name", "by", "state", "why", "keys", "computedTo", "lagSeconds", "again");
        return list("/api/v1/jobs", Map.of(), listing);
    }
}
