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
public final class TagTable implements TagIndex {
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
        var all = extended();
        added.forEach(all::put);
        return all.build();
    }

    /** Begins a longer table, to be made in many steps. */
    public Builder extended() {
        return new Builder(this);
    }

    /** A table that grows. Confined to one thread. */
    public static final class Builder implements TagIndex {
        private final List<Tag> tags;
        private final Map<TagName, Integer> indexes;

        private Builder(TagTable from) {
            tags = new ArrayList<>(from.tags);
            indexes = new HashMap<>(from.indexes);
        }

        /** Adds a tag; one that is known by name keeps its index and takes the new description. */
        public void put(Tag tag) {
            var index = indexes.putIfAbsent(tag.name(), tags.size());
            if (index == null) {
                tags.add(tag);
            } else {
                tags.set(index, tag);
            }
        }

        @Override
        public int size() {
            return tags.size();
        }

        @Override
        public Tag get(int index) {
            return tags.get(index);
        }

        @Override
        public OptionalInt indexOf(TagName name) {
            var index = indexes.get(name);
            return index == null ? OptionalInt.empty() : OptionalInt.of(index);
        }

        /**
         * The table so far.
         *
         * @throws IllegalArgumentException when there are more than {@link #MAX_TAGS}
         */
        public TagTable build() {
            if (tags.size() > MAX_TAGS) {
                throw new IllegalArgumentException(
                        "%d tags are more than a gateway may have (%d)"
                                .formatted(tags.size(), MAX_TAGS));
            }
            return new TagTable(tags);
        }
    }

    @Override
    public int size() {
        return tags.size();
    }

    @Override
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

    @Override
    public OptionalInt indexOf(TagName name) {
        var index = indexes.get(name);
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }

    /** All tags in order of their index. */
    public List<Tag> tags() {
        return tags;
    }
}
