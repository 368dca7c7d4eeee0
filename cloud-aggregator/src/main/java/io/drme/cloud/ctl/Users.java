package io.drme.cloud.ctl;

import io.drme.web.client.CommandException;
import io.drme.web.client.Connection;
import io.drme.web.client.Listing;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists, adds, changes and removes users. */
@Command(
        name = "users",
        description = "Lists users, adds, changes or removes one.",
        footer = {
            "  drmectl --data DIR users",
            "  drmectl --data DIR users add anna --role operator"
        })
final class Users extends Lists.Lister {
    @Override
    public Integer call() throws CommandException, InterruptedException {
        return list("/api/v1/users", Map.of(), new Listing("name", "role", "state"));
    }

    @Command(
            name = "add",
            description =
                    "Adds a user and prints a code, good once, by which the person signs in and sets a password.",
            footer = {"  drmectl --data DIR users add anna --role operator"})
    int add(
            @Parameters(paramLabel = "NAME", description = "The person's name for signing in.")
                    String name,
            @Option(
                            names = "--role",
                            required = true,
                            paramLabel = "viewer|wall|operator|engineer|admin",
                            description = "What the person may do.")
                    String role)
            throws CommandException, InterruptedException {
        try (var connection = top().connect()) {
            var answer =
                    connection.post(
                            "/api/v1/users", new JsonObject().put("name", name).put("role", role));
            print(
                    new JsonArray(new ArrayList<>(List.of(answer))),
                    new Listing("name", "role", "code", "expires"));
        }
        return 0;
    }

    @Command(
            name = "code",
            description =
                    "Prints a new code, good once, for somebody who has forgotten the password.",
            footer = {"  drmectl --data DIR users code anna"})
    int code(@Parameters(paramLabel = "NAME", description = "Who.") String name)
            throws CommandException, InterruptedException {
        try (var connection = top().connect()) {
            var answer =
                    connection.post(
                            "/api/v1/users/" + Connection.encode(name) + "/code", new JsonObject());
            print(
                    new JsonArray(new ArrayList<>(List.of(answer.put("name", name)))),
                    new Listing("name", "code", "expires"));
        }
        return 0;
    }

    @Command(
            name = "role",
            description = "Changes what a user may do.",
            footer = {"  drmectl --data DIR users role anna engineer"})
    int role(
            @Parameters(index = "0", paramLabel = "NAME", description = "Who.") String name,
            @Parameters(
                            index = "1",
                            paramLabel = "viewer|wall|operator|engineer|admin",
                            description = "What the person may do.")
                    String role)
            throws CommandException, InterruptedException {
        try (var connection = top().connect()) {
            connection.put(
                    "/api/v1/users/" + Connection.encode(name) + "/role",
                    new JsonObject().put("role", role));
        }
        return 0;
    }

    @Command(
            name = "remove",
            description = "Removes a user and signs them out.",
            footer = {"  drmectl --data DIR users remove anna"})
    int remove(@Parameters(paramLabel = "NAME", description = "Who.") String name)
            throws CommandException, InterruptedException {
        try (var connection = top().connect()) {
            connection.delete("/api/v1/users/" + Connection.encode(name));
        }
        return 0;
    }
}
