package io.drme.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Collects everything that is wrong with a configuration, so that a person mends it in one go.
 * Confined to the thread that reads the file.
 */
public final class Problems {
    /** After so many problems the rest is only counted, so that garbage makes no flood. */
    public static final int MAX_LISTED = 200;

    private final List<Problem> found = new ArrayList<>();
    private final Set<String> unsure = new LinkedHashSet<>();
    private int unlisted;

    /**
     * Notes a problem. What was said of a place is not said again: ten devices may take the same
     * mistake from one profile, and a person mends it once.
     */
    public void add(Where where, String key, String message) {
        if (found.stream().anyMatch(p -> p.where().equals(where) && p.message().equals(message))) {
            return;
        }
        if (found.size() == MAX_LISTED) {
            unlisted++;
        } else {
            found.add(new Problem(where, key, message));
        }
    }

    /**
     * Notes a pattern of tags that can't be looked up before the problems are mended, since it may
     * mean what could not be read.
     */
    public void unsure(String pattern) {
        unsure.add(pattern);
    }

    /** Notes a problem unless {@code ok}. */
    public void check(boolean ok, Where where, String key, String message) {
        if (!ok) {
            add(where, key, message);
        }
    }

    /** Whether nothing was noted. */
    public boolean none() {
        return found.isEmpty();
    }

    /** Whether something was noted about a key or what is below it. */
    public boolean isTold(String key) {
        return found.stream().anyMatch(p -> p.key().equals(key) || p.key().startsWith(key + "."));
    }

    /** What was noted, in the order of files and lines. */
    public List<Problem> list() {
        return found.stream()
                .sorted(
                        Comparator.comparing((Problem p) -> p.where().file())
                                .thenComparingInt(p -> p.where().line()))
                .toList();
    }

    /**
     * Ends the check.
     *
     * @throws InvalidConfigException when anything was noted; its message lists all of it
     */
    public void throwIfAny(String file) throws InvalidConfigException {
        if (!none()) {
            throw new InvalidConfigException(file, list(), unlisted, List.copyOf(unsure));
        }
    }
}
