package io.drme.cloud.ctl;

import io.drme.web.client.CommandException;
import io.drme.web.client.Listing;
import java.util.Map;
import picocli.CommandLine.Command;

/** Lists the members of the centre. */
@Command(
        name = "members",
        description =
                "Lists the members of the centre as the asked one sees them: state and why, and what that stands on.",
        footer = {"  drmectl --data DIR members", "  drmectl --data DIR members -o json"})
final class Members extends Lists.Lister {
    @Override
    public Integer call() throws CommandException, InterruptedException {
        var listing =
                new Listing(
                        "address",
                        "state",
                        "why",
                        "told",
                        "web",
                        "mqttPort",
                        "connections",
                        "messages",
                        "notStored",
                        "version");
        return list("/api/v1/members", Map.of(), listing);
    }
}
