package io.drme.history;

import io.drme.model.StreamKind;
import io.drme.schema.TagCatalogue;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * When a tag was in the configuration, by the catalogues in the order in which they are on record.
 */
final class Catalogues {
    private final String tag;
    private final List<Edition> editions = new ArrayList<>();

    Catalogues(String tag) {
        this.tag = tag;
    }

    /** A catalogue as its parts come in. */
    private static final class Edition {
        private final long at;
        private final long version;
        private final int parts;
        private final BitSet seen = new BitSet();
        private boolean hasTag;
        private boolean isElsewhere;

        private Edition(long at, TagCatalogue first) {
            this.at = at;
            this.version = first.configurationVersion();
            this.parts = first.parts();
        }

        private boolean isWhole() {
            return seen.cardinality() == parts;
        }
    }

    void add(long at, TagCatalogue part, StreamKind stream) {
        var edition = editions.isEmpty() ? null : editions.getLast();
        if (edition == null
                || edition.version != part.configurationVersion()
                || edition.seen.get(part.part())) {
            edition = new Edition(at, part);
            editions.add(edition);
        }
        edition.seen.set(part.part());
        for (var entry : part.entries()) {
            if (entry.name().equals(tag)) {
                edition.hasTag = true;
                edition.isElsewhere = StreamKind.of(entry.sync()) != stream;
            }
        }
    }

    /**
     * When the tag was not there: not yet, or taken out. A catalogue of which parts are missing
     * tells nothing, unless it has the tag.
     *
     * @param firstSample when there first was one, as the catalogue that brought the tag may be on
     *     record no more
     */
    List<Fact> absences(long firstSample, long to) {
        var list = new ArrayList<Fact>();
        Edition without = null;
        boolean hadIt = false;
        for (var edition : editions) {
            if (edition.hasTag) {
                if (without != null) {
                    list.add(absence(without, edition.at, hadIt));
                }
                without = null;
                hadIt = true;
            } else if (without == null && edition.isWhole()) {
                without = edition;
                hadIt |= firstSample <= edition.at;
            }
        }
        if (without != null) {
            list.add(absence(without, to, hadIt));
        }
        return list;
    }

    private static Fact absence(Edition since, long until, boolean hadIt) {
        return hadIt
                ? new Fact(
                        since.at,
                        Math.max(since.at, until),
                        Fact.Rank.ABSENT,
                        Gaps.TAG_REMOVED,
                        "in configuration " + since.version)
                : new Fact(
                        since.at,
                        Math.max(since.at, until),
                        Fact.Rank.ABSENT,
                        Gaps.NOT_CONFIGURED,
                        "not yet in configuration " + since.version);
    }

    /** When the samples of the tag went to another stream than the one that is looked at. */
    List<Fact> elsewhere(long to) {
        var list = new ArrayList<Fact>();
        Edition since = null;
        for (var edition : editions) {
            boolean isBack = edition.hasTag && !edition.isElsewhere;
            if (since != null && isBack) {
                list.add(elsewhere(since, edition.at));
                since = null;
            } else if (since == null && edition.hasTag && edition.isElsewhere) {
                since = edition;
            }
        }
        if (since != null) {
            list.add(elsewhere(since, to));
        }
        return list;
    }

    private static Fact elsewhere(Edition since, long until) {
        return new Fact(
                since.at,
                Math.max(since.at, until),
                Fact.Rank.ABSENT,
                Gaps.KEPT_LOCAL,
                "kept on the site by configuration " + since.version);
    }

    /** The last configuration with the tag that was applied within a span, if there was one. */
    Optional<Start> applied(long from, long to) {
        Start found = null;
        for (var edition : editions) {
            if (edition.hasTag && edition.at >= from && edition.at < to) {
                found = new Start(edition.at, edition.version);
            }
        }
        return Optional.ofNullable(found);
    }

    /** When a configuration was applied. */
    record Start(long at, long version) {}
}
