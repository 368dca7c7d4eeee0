package io.drme.web;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a gateway does as a whole, as its page shows it from {@code /api/v1/status}.
 *
 * @param gateway its id
 * @param site its site path; empty where it has none
 * @param version the program's version
 * @param startedNanos when the program started, nanoseconds since 1970 UTC
 * @param configuration which configuration runs, for a person
 * @param uplink the line to the centre; null where none is configured
 * @param store the disk
 * @param notes what a person should know, a sentence each, such as a file changed and not applied
 */
public record StatusItem(
        String gateway,
        String site,
        String version,
        long startedNanos,
        String configuration,
        @Nullable Uplink uplink,
        Store store,
        List<String> notes) {

    /** The form in the OpenAPI document. */
    public static final Schema SCHEMA =
            Schema.object(
                    Schema.field("gateway", Schema.text("gateway id")),
                    Schema.field("site", Schema.text("site path")),
                    Schema.field("version", Schema.text("the program's version")),
                    Schema.field("started", Schema.time("when the program started")),
                    Schema.field("configuration", Schema.text("which configuration runs")),
                    Schema.optional(
                            "uplink",
                            Schema.object(
                                    Schema.field("state", Schema.text("connected or why not")),
                                    Schema.optional("reason", Schema.text("why")),
                                    Schema.field("since", Schema.time("since when")))),
                    Schema.field(
                            "store",
                            Schema.object(
                                    Schema.field("usedBytes", Schema.integer("bytes on disk")),
                                    Schema.field("maxBytes", Schema.integer("bytes allowed")),
                                    Schema.field(
                                            "backlogBlocks",
                                            Schema.integer("blocks not acknowledged yet")))),
                    Schema.field("notes", Schema.list(Schema.text("a note"), "worth knowing")));

    /** Copies the notes. */
    public StatusItem {
        notes = List.copyOf(notes);
    }

    /**
     * The line to the centre.
     *
     * @param state connected, connecting or disconnected
     * @param reason why it is not connected; empty where it is
     * @param sinceNanos since when it has been so, nanoseconds since 1970 UTC
     */
    public record Uplink(String state, String reason, long sinceNanos) {}

    /** The disk: how much is used and allowed, and how many blocks the centre has not got. */
    public record Store(long usedBytes, long maxBytes, long backlogBlocks) {}

    /** As described. */
    public JsonObject toJson() {
        return new JsonObject()
                .put("gateway", gateway)
                .put("site", site)
                .put("version", version)
                .put("started", Times.text(startedNanos))
                .put("configuration", configuration)
                .put(
                        "uplink",
                        uplink == null
                                ? null
                                : new JsonObject()
                                        .put("state", uplink.state())
                                        .put(
                                                "reason",
                                                uplink.reason().isEmpty() ? null : uplink.reason())
                                        .put("since", Times.text(uplink.sinceNanos())))
                .put(
                        "store",
                        new JsonObject()
                                .put("usedBytes", JsonValues.of(store.usedBytes()))
                                .put("maxBytes", JsonValues.of(store.maxBytes()))
                                .put("backlogBlocks", JsonValues.of(store.backlogBlocks())))
                .put("notes", new JsonArray(new ArrayList<>(notes)));
    }
}
