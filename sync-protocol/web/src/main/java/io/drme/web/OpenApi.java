package io.drme.web;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.regex.Pattern;

/** Writes the OpenAPI 3.1 document from the routes, so that it can't tell anything else. */
final class OpenApi {
    private static final Pattern PATH_PARAMETER = Pattern.compile("\\{([a-z]+)}");

    private OpenApi() {}

    static JsonObject of(String title, String version, List<Route> routes) {
        var paths = new JsonObject();
        for (var route : routes) {
            if (!paths.containsKey(route.path())) {
                paths.put(route.path(), new JsonObject());
            }
            paths.getJsonObject(route.path())
                    .put(route.method().toLowerCase(java.util.Locale.ROOT), operation(route));
        }
        var bearer = new JsonObject().put("type", "http").put("scheme", "bearer");
        return new JsonObject()
                .put("openapi", "3.1.0")
                .put("info", new JsonObject().put("title", title).put("version", version))
                .put("paths", paths)
                .put(
                        "components",
                        new JsonObject()
                                .put("securitySchemes", new JsonObject().put("bearer", bearer))
                                .put("schemas", new JsonObject().put("Problem", problem())));
    }

    private static JsonObject operation(Route route) {
        var operation =
                new JsonObject()
                        .put("summary", route.summary())
                        .put("x-drme-rule", route.rule().text())
                        .put("parameters", parameters(route))
                        .put("responses", responses(route));
        var security = new JsonArray();
        if (!route.rule().equals(Rule.PUBLIC)) {
            security.add(new JsonObject().put("bearer", new JsonArray()));
        }
        operation.put("security", security);
        var body = route.body();
        if (body != null) {
            operation.put(
                    "requestBody",
                    new JsonObject()
                            .put("required", true)
                            .put("content", content("application/json", body.toJson())));
        }
        return operation;
    }

    private static JsonArray parameters(Route route) {
        var result = new JsonArray();
        var matcher = PATH_PARAMETER.matcher(route.path());
        while (matcher.find()) {
            result.add(parameter(matcher.group(1), "path", true, "", ""));
        }
        for (var p : route.parameters()) {
            result.add(parameter(p.name(), "query", p.required(), p.form(), p.description()));
        }
        return result;
    }

    private static JsonObject parameter(
            String name, String in, boolean required, String form, String description) {
        var json = new JsonObject().put("name", name).put("in", in).put("required", required);
        if (!description.isEmpty()) {
            json.put("description", form + ": " + description);
        }
        return json.put("schema", new JsonObject().put("type", "string"));
    }

    private static JsonObject responses(Route route) {
        var good = new JsonObject().put("description", "done");
        var answer = route.answer();
        if (answer != null) {
            var content = content("application/json", answer.toJson());
            if (!answer.itemFieldNames().isEmpty()) {
                content.put(
                        Csv.MEDIA_TYPE,
                        new JsonObject().put("schema", new JsonObject().put("type", "string")));
            }
            good.put("content", content);
        }
        var bad =
                new JsonObject()
                        .put("description", "a problem: what, where, expected, remedy")
                        .put(
                                "content",
                                content(
                                        Problem.MEDIA_TYPE,
                                        new JsonObject()
                                                .put("$ref", "#/components/schemas/Problem")));
        return new JsonObject().put("2XX", good).put("default", bad);
    }

    private static JsonObject content(String mediaType, JsonObject schema) {
        return new JsonObject().put(mediaType, new JsonObject().put("schema", schema));
    }

    private static JsonObject problem() {
        return Schema.object(
                        Schema.field("type", Schema.text("urn:drme:problem:…, for programs")),
                        Schema.field("title", Schema.text("the kind of problem")),
                        Schema.field("status", Schema.number("the HTTP status")),
                        Schema.field("detail", Schema.text("what was found this time")),
                        Schema.optional("where", Schema.text("the parameter, field or thing")),
                        Schema.optional("expected", Schema.text("what is allowed there")),
                        Schema.optional("remedy", Schema.text("what to do now")))
                .toJson();
    }
}
