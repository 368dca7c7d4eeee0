package io.drme.cloud.store;

import io.drme.cloud.store.BlockStore.TagRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds present tags by parts of their names, whatever their number. Safe for use from any thread;
 * blocks on the database, which looks through its names.
 */
public final class TagSearch {
    private static final String PRESENT =
            "select g.name, t.name, t.type, t.unit, t.deadband, t.poll_nanos, t.sync, t.window_nanos, t.driver, t.device, t.low, t.high, t.configuration_version from gateway g join tag t on t.gateway_id = g.id where ";

    /** A tag that the newest catalogue no longer names is not there any more. */
    private static final String NEWEST =
            " and t.configuration_version = (select max(m.configuration_version) from tag m where m.gateway_id = t.gateway_id)";

    private final BlockStore store;

    /** Looks in a store. */
    public TagSearch(BlockStore store) {
        this.store = store;
    }

    /** A tag and its gateway. */
    public record Found(String gateway, TagRow tag) {}

    /** A place in the list: gateway and tag behind which it goes on. */
    public record Place(String gateway, String tag) {}

    /**
     * Tags whose {@code gateway/device/path} holds all words, in whatever case, by gateway and
     * name.
     *
     * @param after empty at the start
     * @param limit the most that are given
     */
    public List<Found> find(List<String> words, Optional<Place> after, int limit)
            throws DatabaseException {
        var sql = new StringBuilder(PRESENT);
        var values = new ArrayList<@Nullable Object>();
        sql.append(after.isPresent() ? "(g.name, t.name) > (?, ?)" : "1 = 1");
        after.ifPresent(a -> values.addAll(List.of(a.gateway, a.tag)));
        for (var word : words) {
            sql.append(" and lower(g.name || '/' || t.name) like ? escape '!'");
            values.add("%" + escaped(word.toLowerCase(Locale.ROOT)) + "%");
        }
        sql.append(NEWEST).append(" order by g.name, t.name limit ?");
        values.add(limit);
        return store.list(
                sql.toString(),
                r -> new Found(r.getString(1), BlockStore.tag(r, 1)),
                values.toArray());
    }

    private static String escaped(String word) {
        return word.replace("!", "!!").replace("%", "!%").replace("_", "!_");
    }
}
