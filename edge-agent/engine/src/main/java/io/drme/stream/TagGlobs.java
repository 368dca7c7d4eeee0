package io.drme.stream;

import io.drme.config.Nearest;
import io.drme.config.Where;
import io.drme.model.Glob;
import io.drme.model.TagIndex;
import io.drme.model.TagName;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.function.BiConsumer;

/** Finds the tags that globs of a file mean. */
public final class TagGlobs {
    private TagGlobs() {}

    /** Is told of a glob that matches nothing. */
    @FunctionalInterface
    public interface Unmatched {
        /** A place in a file, the path of its key, the glob, and the message for a person. */
        void tell(Where where, String key, String glob, String message);
    }

    /**
     * The indexes of the tags that match at least one glob, ascending.
     *
     * @param present the indexes that globs see: those of tags that are still there
     * @param problem is told of each glob that matches nothing, with the message for a person
     */
    public static int[] resolve(
            List<String> globs,
            TagIndex table,
            BitSet present,
            BiConsumer<String, String> problem) {
        var found = new BitSet(table.size());
        for (var text : globs) {
            boolean any = find(Glob.of(text), table, present, found);
            if (!any) {
                problem.accept(text, noMatch(text, table, present));
            }
        }
        return found.stream().toArray();
    }

    private static boolean find(Glob glob, TagIndex table, BitSet present, BitSet found) {
        if (glob.isLiteral()) {
            return findOne(glob.toString(), table, present, found);
        }
        boolean any = false;
        for (int i = present.nextSetBit(0); i >= 0; i = present.nextSetBit(i + 1)) {
            if (glob.matches(table.get(i).name().text())) {
                found.set(i);
                any = true;
            }
        }
        return any;
    }

    private static boolean findOne(String name, TagIndex table, BitSet present, BitSet found) {
        if (!TagName.isValid(name)) {
            return false;
        }
        var index = table.indexOf(new TagName(name));
        if (index.isEmpty() || !present.get(index.getAsInt())) {
            return false;
        }
        found.set(index.getAsInt());
        return true;
    }

    private static String noMatch(String glob, TagIndex table, BitSet present) {
        return noMatch(glob, present.stream().mapToObj(i -> table.get(i).name().text()).toList());
    }

    /** What a person is told of a glob that matches none of these names. */
    public static String noMatch(String glob, Collection<String> names) {
        return "no tag matches '%s'%s; give a name, or a pattern: '*' matches within one word, '**' any depth"
                .formatted(
                        glob,
                        Nearest.to(glob, names)
                                .map(n -> " (did you mean '" + n + "'?)")
                                .orElse(""));
    }
}
