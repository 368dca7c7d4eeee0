package io.drme.edge;

import io.drme.web.client.CommandException;
import io.drme.web.client.Connection;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code drme-agent write}: sets a tag of a device. */
@Command(
        name = "write",
        description =
                "Sets a tag that has 'access: write', reads it back, and records who did it. It asks nothing first.",
        footer = {
            "  drme-agent write cabinet/lamp 1 --for 10s --data /var/lib/drme",
            "  drme-agent write cabinet/lamp 0 --data /var/lib/drme"
        })
final class WriteCommand extends AskCommands.Ask {
    @Parameters(index = "0", paramLabel = "TAG", description = "device/path")
    private String tag = "";

    @Parameters(
            index = "1",
            paramLabel = "VALUE",
            description = "true, false, 1, 0, or a number in the tag's unit")
    private String value = "";

    @Option(
            names = "--for",
            paramLabel = "TIME",
            description =
                    "How long it holds, such as 10s; then the tag's safe value comes back. Without it: until something else is written, the device is lost, a reload touches it, or the agent stops.")
    private @Nullable String time;

    @Override
    int ask(Connection agent) throws CommandException, InterruptedException {
        document(
                agent.post(
                        "/api/v1/tags/write",
                        new JsonObject().put("tag", tag).put("value", value).put("for", time)));
        return 0;
    }
}
