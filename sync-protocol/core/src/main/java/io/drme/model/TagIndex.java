package io.drme.model;

import java.util.OptionalInt;

/** Tags by index and by name. */
public interface TagIndex {
    /** How many tags there are; indexes run from 0 to one less. */
    int size();

    /** The tag with this index. */
    Tag get(int index);

    /** The index of a tag, if it is known. */
    OptionalInt indexOf(TagName name);
}
