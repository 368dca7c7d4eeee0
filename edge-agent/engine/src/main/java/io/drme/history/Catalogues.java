package io.drme.history;

import io.drme.schema.TagCatalogue;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** When a tag was in the configuration, by the catalogues in order of time. */
final class Catalogues {
    private final String tag;
    private final List<Edition> editions = new ArrayList<>();

    Catalogues(String tag) {
        this.tag = tag;
    }

    /** A time in which the tag was not there. */
    record Absence(long from, long to, long version) {}

    /** A catalogue as its parts come in. */
    private static final class Edition {
        private final long at;
        private final long version;
        private final int parts;
        private final BitSet seen = new BitSet();
        private boolean hasTag;

        private Edition(long at, TagCatalogue first) {
            this.at = at;
            this.version = first.configurationVersion();
            this.parts = first.parts();
        }

        private boolean isWhole() {
            return seen.cardinality() == parts;
        }
    }

    void add(long at, TagCatalogue part) {
        var edition = editions.isEmpty() ? null : editions.getLast();
        if (edition == null
                || edition.version != part.configurationVersion()
                || edition.seen.get(part.part())) {
            edition = new Edition(at, part);
            editions.add(edition);
        }
        edition.seen.set(part.part());
        edition.hasTag |= part.entries().stream().anyMatch(entry -> entry.name().equals(tag));
    }

    /** A catalogue of which parts are missing tells nothing, unless it has the tag. */
    List<Absence> absences(long to) {
        var list = new ArrayList<Absence>();
        Edition removed = null;
        for (var edition : editions) {
            if (edition.hasTag) {
                if (removed != null) {
                    list.add(new Absence(removed.at, edition.at, removed.version));
                }
                removed = null;
            } else if (removed == null && edition.isWhole()) {
                removed = edition;
            }
        }
        if (removed != null) {
            list.add(new Absence(removed.at, to, removed.version));
        }
        return list;
    }
}
