package io.drme.edge;

import io.drme.edge.web.GatewayParts;
import io.drme.web.Problem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Configuration as the REST interface shows and changes it. */
final class WebControl implements GatewayParts.Configuration {
    private final Supervisor supervisor;

    WebControl(Supervisor supervisor) {
        this.supervisor = supervisor;
    }

    @Override
    public JsonObject status() {
        var running = supervisor.current();
        return new JsonObject()
                .put("version", running.version())
                .put("hash", running.config().source().hash())
                .put("site", running.config().gateway().site())
                .put("broken", running.broken().isEmpty() ? null : running.broken())
                .put("changedNotApplied", supervisor.changedNotApplied());
    }

    @Override
    public JsonObject apply(Path file, String by, Duration confirmWithin)
            throws InterruptedException {
        if (!file.isAbsolute() || !readable(file)) {
            throw Problem.unprocessable(
                            "file",
                            "'" + file + "' can't be read by the agent",
                            "the absolute path of a file on the agent's machine",
                            "Check the path, and that the user of the agent may read it")
                    .asException();
        }
        return switch (supervisor.apply(file, by, confirmWithin)) {
            case Supervisor.Outcome.Applied(long version, var changes, boolean onTrial) ->
                    new JsonObject()
                            .put("version", version)
                            .put("changes", new JsonArray(changes))
                            .put("onTrial", onTrial);
            case Supervisor.Outcome.Refused(String why) ->
                    throw Problem.unprocessable(
                                    "file",
                                    why,
                                    "a configuration that drme-agent check finds good",
                                    "Mend what is listed and apply again; what ran goes on")
                            .asException();
        };
    }

    private static boolean readable(Path file) {
        try {
            return Files.isReadable(file) && Files.size(file) > 0;
        } catch (IOException _) {
            return false;
        }
    }

    @Override
    public JsonObject confirm() throws InterruptedException {
        return switch (supervisor.confirm()) {
            case KEPT -> new JsonObject().put("result", "kept");
            case NOTHING_ON_TRIAL ->
                    throw Problem.conflict(
                                    "configuration",
                                    "nothing is on trial: it was taken back already, or applied for good",
                                    "a configuration applied with confirmWithin",
                                    "Apply it again")
                            .asException();
            case CENTRE_OUT_OF_REACH ->
                    throw Problem.conflict(
                                    "uplink",
                                    "the centre was within reach before and is not now",
                                    "an uplink that stands",
                                    "Wait until it is back and confirm again; otherwise the configuration before comes back")
                            .asException();
        };
    }
}
