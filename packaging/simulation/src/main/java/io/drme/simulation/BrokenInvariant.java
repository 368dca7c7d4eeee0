package io.drme.simulation;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Something that must hold does not: the product has a bug, or the simulation. */
public final class BrokenInvariant extends AssertionError {
    @Serial private static final long serialVersionUID = 1;

    BrokenInvariant(String what) {
        super(what);
    }

    /** Throws unless it holds; {@code otherwise} is formatted only then. */
    @SuppressWarnings("AnnotateFormatMethod") // its annotation would be a dependency for one word
    static void require(boolean holds, String otherwise, @Nullable Object... details) {
        if (!holds) {
            throw new BrokenInvariant(otherwise.formatted(details));
        }
    }
}
