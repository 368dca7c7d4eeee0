package io.drme.web;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Set;

/** The form of a JSON body, as the OpenAPI document shows it and as bodies are checked by. */
public final class Schema {
    private final JsonObject json;

    private Schema(JsonObject json) {
        this.json = json;
    }

    /** One field of an object. */
    public record Field(String name, Schema schema, boolean required) {}

    /** A field that has to be there. */
    public static Field field(String name, Schema schema) {
        return new Field(name, schema, true);
    }

    /** A field that may be left out, or be null. */
    public static Field optional(String name, Schema schema) {
        return new Field(name, schema, false);
    }

    /** An object with these fields and no others. */
    public static Schema object(Field... fields) {
        var properties = new JsonObject();
        var required = new JsonArray();
        for (var field : fields) {
            properties.put(field.name(), field.schema().json);
            if (field.required()) {
                required.add(field.name());
            }
        }
        return new Schema(
                new JsonObject()
                        .put("type", "object")
                        .put("properties", properties)
                        .put("required", required));
    }

    /** This object with more fields. */
    public Schema with(Field... more) {
        var extended = json.copy();
        for (var field : more) {
            extended.getJsonObject("properties").put(field.name(), field.schema().json);
            if (field.required()) {
                extended.getJsonArray("required").add(field.name());
            }
        }
        return new Schema(extended);
    }

    /** A text. */
    public static Schema text(String description) {
        return described("string", description);
    }

    /** An RFC 3339 time with nanoseconds. */
    public static Schema time(String description) {
        var schema = described("string", description);
        schema.json.put("format", "date-time");
        return schema;
    }

    /** A number. */
    public static Schema number(String description) {
        return described("number", description);
    }

    /** An integer; beyond ±2^53 it comes as text. */
    public static Schema integer(String description) {
        return new Schema(
                new JsonObject()
                        .put("type", new JsonArray().add("integer").add("string"))
                        .put("description", description));
    }

    /** True or false. */
    public static Schema bool(String description) {
        return described("boolean", description);
    }

    /** A tag's value: boolean, number, text or null. */
    public static Schema value(String description) {
        return new Schema(
                new JsonObject()
                        .put(
                                "type",
                                new JsonArray()
                                        .add("boolean")
                                        .add("number")
                                        .add("string")
                                        .add("null"))
                        .put("description", description));
    }

    /** An array. */
    public static Schema list(Schema items, String description) {
        return new Schema(
                new JsonObject()
                        .put("type", "array")
                        .put("items", items.json)
                        .put("description", description));
    }

    /** An object with any names, all of whose values have one form. */
    public static Schema map(Schema values, String description) {
        return new Schema(
                new JsonObject()
                        .put("type", "object")
                        .put("additionalProperties", values.json)
                        .put("description", description));
    }

    /** A page of a list: {@code {"items":[…],"next":null}}. */
    public static Schema page(Schema item) {
        return object(
                field("items", list(item, "the part of the list")),
                optional("next", text("cursor of the next part; null at the end")));
    }

    private static Schema described(String type, String description) {
        return new Schema(new JsonObject().put("type", type).put("description", description));
    }

    /** The JSON Schema. */
    JsonObject toJson() {
        return json;
    }

    /** The names of the fields of a page's items; none where it is no page. */
    Set<String> itemFieldNames() {
        var none = new JsonObject();
        return json.getJsonObject("properties", none)
                .getJsonObject("items", none)
                .getJsonObject("items", none)
                .getJsonObject("properties", none)
                .fieldNames();
    }

    /** The names of an object's fields. */
    Set<String> fieldNames() {
        return json.getJsonObject("properties", new JsonObject()).fieldNames();
    }
}
