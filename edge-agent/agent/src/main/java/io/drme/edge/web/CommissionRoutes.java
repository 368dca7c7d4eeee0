package io.drme.edge.web;

import io.drme.web.Api;
import io.drme.web.Problem;
import io.drme.web.Reply;
import io.drme.web.Request;
import io.drme.web.Route;
import io.drme.web.Rule;
import io.drme.web.Schema;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code /api/v1/commission}: puts devices into service, as the command line does it. */
final class CommissionRoutes {
    private static final String PATH = "/api/v1/commission/";
    private static final int DEVICE_LIMIT_BYTES = 1 << 20;
    private static final Schema TEXTS =
            Schema.map(Schema.text("as in gateway.yaml"), "in the words of gateway.yaml");

    /** What leads to a device: a field of the body, and the option of the command line. */
    private static final Map<String, String> ACCESS =
            ordered(
                    "unitId", "--unit-id",
                    "base", "--base",
                    "policy", "--policy",
                    "user", "--user",
                    "passwordFile", "--password-file",
                    "timeout", "--timeout");

    private static final Map<String, String> PROBE =
            ordered("address", "--address", "type", "--type");

    private static final Map<String, String> BROWSE =
            ordered(
                    "match", "--match", "from", "--from", "to", "--to", "topic", "--topic", "for",
                    "--for");

    private static final Map<String, String> READ =
            ordered("type", "--type", "order", "--order", "range", "--range", "reads", "--reads");

    private static final Schema SAID =
            Schema.object(
                    Schema.field(
                            "items", Schema.list(TEXTS, "as the command gives them with -o json")),
                    Schema.field("said", Schema.text("what it says to a person beside")),
                    Schema.field("exit", Schema.integer("0 done, 1 failed, 2 wrong use")));

    private final GatewayParts.Commission commission;

    CommissionRoutes(GatewayParts.Commission commission) {
        this.commission = commission;
    }

    private static Map<String, String> ordered(String... pairs) {
        var map = new LinkedHashMap<String, String>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(pairs[i], pairs[i + 1]);
        }
        return map;
    }

    void addTo(Api api) {
        addCommand(api, "probe", "How far a connection to a device comes, step by step", PROBE);
        addCommand(api, "browse", "What a device offers, as tags", BROWSE);
        api.add(
                Route.post(PATH + "read", Rule.ENGINEER, "An address in every decoding that fits")
                        .body(fields(READ).with(Schema.field("address", Schema.text("of a tag"))))
                        .answers(SAID),
                r -> {
                    var arguments = arguments("read", r, READ);
                    arguments.add("--all");
                    arguments.add("--");
                    arguments.add(plain("url", r.body().text("url")));
                    arguments.add(plain("address", r.body().text("address")));
                    return Reply.json(commission.run(arguments, r::isWanted));
                });
        api.add(
                device("plan", "What a new device would change and cost"),
                r -> Reply.json(commission.plan(newDevice(r))));
        api.add(
                device("apply", "Takes a new device into the configuration and runs it on trial"),
                r ->
                        Reply.json(
                                commission.apply(
                                        newDevice(r),
                                        r.who().name(),
                                        r.body().duration("confirmWithin"))));
    }

    private void addCommand(Api api, String command, String summary, Map<String, String> options) {
        api.add(
                Route.post(PATH + command, Rule.ENGINEER, summary)
                        .body(fields(options))
                        .answers(SAID),
                r -> {
                    var arguments = arguments(command, r, options);
                    arguments.add("--");
                    arguments.add(plain("url", r.body().text("url")));
                    return Reply.json(commission.run(arguments, r::isWanted));
                });
    }

    private static Schema fields(Map<String, String> options) {
        var schema = Schema.object(Schema.field("url", Schema.text("of the device")));
        for (var all : List.of(ACCESS, options)) {
            for (var option : all.entrySet()) {
                schema =
                        schema.with(
                                Schema.optional(
                                        option.getKey(), Schema.text("as " + option.getValue())));
            }
        }
        return schema;
    }

    /** Options with their values in one word each, so that no value can be taken for an option. */
    private static List<String> arguments(
            String command, Request request, Map<String, String> options) {
        var arguments = new ArrayList<>(List.of(command));
        for (var all : List.of(ACCESS, options)) {
            all.forEach((field, option) ->
                    request.body()
                            .optionalText(field)
                            .filter(value -> !value.isBlank())
                            .ifPresent(value -> arguments.add(option + "=" + plain(field, value))));
        }
        return arguments;
    }

    /** A value that no command line takes for the name of a file to read arguments from. */
    private static String plain(String field, String value) {
        if (value.startsWith("@")) {
            throw Problem.badBody("/" + field, "it begins with '@'", "a value without it")
                    .asException();
        }
        return value;
    }

    private static Route device(String verb, String summary) {
        var body =
                Schema.object(
                        Schema.field("device", Schema.text("its name")),
                        Schema.field("keys", TEXTS),
                        Schema.field("tags", Schema.list(TEXTS, "with name, address and so on")),
                        Schema.optional(
                                "confirmWithin",
                                Schema.text("to apply: goes back unless confirmed, such as 60s")));
        return Route.post(PATH + verb, Rule.ENGINEER, summary)
                .body(body)
                .bodyLimit(DEVICE_LIMIT_BYTES);
    }

    private static GatewayParts.NewDevice newDevice(Request request) {
        var json = request.body().toJson();
        var tags = new ArrayList<GatewayParts.NewDevice.Tag>();
        var sent = json.getValue("tags") instanceof JsonArray array ? array : new JsonArray();
        for (int i = 0; i < sent.size(); i++) {
            var keys = texts("/tags/" + i, sent.getValue(i));
            tags.add(new GatewayParts.NewDevice.Tag(keys.getOrDefault("name", ""), without(keys)));
        }
        return new GatewayParts.NewDevice(
                request.body().text("device"), texts("/keys", json.getValue("keys")), tags);
    }

    private static Map<String, String> without(Map<String, String> keys) {
        var rest = new LinkedHashMap<>(keys);
        rest.remove("name");
        return rest;
    }

    /** An object of texts; empty ones are absent. */
    private static Map<String, String> texts(String where, Object value) {
        if (!(value instanceof JsonObject object)) {
            throw Problem.badBody(where, "is no object", "names with texts").asException();
        }
        var texts = new LinkedHashMap<String, String>();
        object.forEach(entry -> {
            if (!(entry.getValue() instanceof String text)) {
                throw Problem.badBody(where + "/" + entry.getKey(), "is no text", "a text")
                        .asException();
            }
            if (!text.isBlank()) {
                texts.put(entry.getKey(), text.strip());
            }
        });
        return texts;
    }
}
