package io.drme.web;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list: {@code {"items":[…],"next":null}}.
 *
 * @param items the part
 * @param next where the next part starts, in the handler's own words, which the client gets packed
 *     as a cursor; null at the end of the list
 */
public record Page(List<JsonObject> items, @Nullable String next) {
    /** How many items come where the client names no limit. */
    public static final int DEFAULT_LIMIT = 1_000;

    /** The most that a client may ask for at once; it bounds an answer's memory. */
    public static final int MAX_LIMIT = 10_000;

    /** Copies the items. */
    public Page {
        items = List.copyOf(items);
    }

    /** The whole of a list that is known to be short. */
    public static Page all(List<JsonObject> items) {
        return new Page(items, null);
    }

    /**
     * The part of a sorted list that a request asks for by its cursor and limit.
     *
     * @param sorted the whole list in the order of {@code key}; read no further than needed
     * @param key what the list is sorted by, unique to an item
     * @param json writes an item
     */
    public static <T> Page ofSorted(
            Request request,
            Stream<T> sorted,
            Function<T, String> key,
            Function<T, JsonObject> json) {
        var after = request.cursor().orElse("");
        int limit = request.limit();
        var items = new ArrayList<JsonObject>();
        String last = null;
        for (Iterator<T> all = sorted.iterator(); all.hasNext(); ) {
            var item = all.next();
            var itemKey = key.apply(item);
            if (!after.isEmpty() && itemKey.compareTo(after) <= 0) {
                continue;
            }
            if (items.size() == limit) {
                return new Page(items, last);
            }
            items.add(json.apply(item));
            last = itemKey;
        }
        return new Page(items, null);
    }

    JsonObject toJson() {
        return new JsonObject()
                .put("items", new JsonArray(new ArrayList<Object>(items)))
                .put("next", next == null ? null : Cursor.pack(next));
    }
}
