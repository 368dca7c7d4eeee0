package io.drme.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * All tags of a running gateway by index; what batches refer to. Immutable, so any thread may read
 * it. A reload extends it: an index, once given, means the same tag until the process ends.
 */
public final class TagTable {
    /** The most tags a gateway may have; it bounds every array that is indexed by tag. */
    public static final int MAX_TAGS = 1_000_000;

    /** A table without tags. */
    public static final TagTable EMPTY = new TagTable(List.of());

    private final List<Tag> tags;
    private final Map<TagName, Integer> indexes;

    /** What loops over samples ask for, side by side rather than behind three references. */
    private final ValueType[] types;

    private final StreamKind[] streams;

    private TagTable(List<Tag> tags) {
        this.tags = List.copyOf(tags);
        this.indexes = HashMap.newHashMap(tags.size());
        this.types = new ValueType[tags.size()];
        this.streams = new StreamKind[tags.size()];
        for (int i = 0; i < tags.size(); i++) {
            indexes.put(tags.get(i).name(), i);
            types[i] = tags.get(i).type();
            streams[i] = tags.get(i).sync().stream();
        }
    }

    /**
     * Makes a table that holds these tags too. A tag that is known by name keeps its index and
     * takes the new description.
     *
     * @throws IllegalArgumentException when there would be more than {@link #MAX_TAGS}
     */
    public TagTable with(Collection<Tag> added) {
        var all = new ArrayList<>(tags);
        var known = new HashMap<>(indexes);
        for (var tag : added) {
            var index = known.get(tag.name());
            if (index == null) {
                known.put(tag.name(), all.size());
                all.add(tag);
            } else {
                all.set(index, tag);
            }
        }
        if (all.size() > MAX_TAGS) {
            throw new IllegalArgumentException(
                    "%d tags are more than a gateway may have (%d)"
                            .formatted(all.size(), MAX_TAGS));
        }
        return new TagTable(all);
    }

    /** How many tags there are; indexes run from 0 to one less. */
    public int size() {
        return tags.size();
    }

    /** The tag with this index. */
    public Tag get(int index) {
        return tags.get(index);
    }

    /** The type of the tag with this index. */
    public ValueType type(int index) {
        return types[index];
    }

    /** The stream that samples of the tag with this index go to. */
    public StreamKind stream(int index) {
        return streams[index];
    }

    /** The index of a tag, if it is known. */
    public OptionalInt indexOf(TagName name) {
        var index = indexes.get(name);
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }

    /** All tags in order of their index. */
    public List<Tag> tags() {
        return tags;
    }
}
