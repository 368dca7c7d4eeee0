package io.drme.sim.fleet;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.SyncMode;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import io.drme.schema.TagCatalogue;
import io.drme.sync.LiveValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The tags that every gateway of a fleet has, and their values: functions of seed, gateway and
 * time, so that nothing is kept between two blocks. In turn a temperature with one decimal, a
 * counter, a level of 16 bits and a switch. Immutable.
 */
final class FleetTags {
    private static final String DEVICE = "line";
    private static final int KINDS = 4;
    private static final double TENTH = 10;

    private final TagTable table;
    private final List<TagCatalogue.Entry> entries;

    FleetTags(int count, Duration poll) {
        var made = new ArrayList<Tag>();
        var all = new ArrayList<TagCatalogue.Entry>();
        for (int i = 0; i < count; i++) {
            var kind = Kind.of(i);
            var name = "%s/%s-%03d".formatted(DEVICE, kind.word, i);
            made.add(new Tag(new TagName(name), kind.type, kind.unit, 0, new SyncMode.Raw()));
            all.add(
                    new TagCatalogue.Entry(
                            name,
                            kind.type,
                            kind.unit,
                            0,
                            poll.toNanos(),
                            new SyncMode.Raw(),
                            "simulated",
                            DEVICE,
                            null,
                            null));
        }
        table = TagTable.EMPTY.with(made);
        entries = List.copyOf(all);
    }

    private enum Kind {
        TEMPERATURE("temperature", ValueType.FLOAT64, "Cel"),
        COUNT("count", ValueType.INT64, ""),
        LEVEL("level", ValueType.INT64, ""),
        RUNNING("running", ValueType.BOOLEAN, "");

        private static final Kind[] ALL = values();

        private final String word;
        private final ValueType type;
        private final String unit;

        Kind(String word, ValueType type, String unit) {
            this.word = word;
            this.type = type;
            this.unit = unit;
        }

        static Kind of(int tag) {
            return ALL[tag % KINDS];
        }
    }

    static String device() {
        return DEVICE;
    }

    TagTable table() {
        return table;
    }

    List<TagCatalogue.Entry> entries() {
        return entries;
    }

    /** The bits of a tag's value at a reading, counted from the gateway's start. */
    long bits(long seed, int tag, long tick) {
        return switch (Kind.of(tag)) {
            case TEMPERATURE -> {
                double wave = 60 + 20 * Math.sin((tick + 17.0 * tag) / 60);
                double noise = (mix(seed ^ tick * 31 + tag) & 15) / TENTH;
                yield Double.doubleToRawLongBits(Math.rint((wave + noise) * TENTH) / TENTH);
            }
            case COUNT -> tick * (1 + tag % 7) + (seed & 0xFFFF);
            case LEVEL -> 2000 + (mix(seed + tick / 5 * 131 + tag) & 255);
            case RUNNING -> (mix(seed + tick / 30 * 131 + tag) & 7) == 0 ? 0 : 1;
        };
    }

    /** A well-spread number of a number (SplitMix64). */
    static long mix(long of) {
        long z = of + 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    /** Adds one reading of all tags. */
    void read(Batch into, long seed, long tick, long sourceTime) {
        for (int tag = 0; tag < table.size(); tag++) {
            into.add(tag, sourceTime, bits(seed, tag, tick), Quality.GOOD);
        }
    }

    LiveValue live(int tag, long seed, long tick, long sourceTime, long stamp) {
        var of = table.get(tag);
        return new LiveValue(
                of.name(), of.type(), bits(seed, tag, tick), "", Quality.GOOD, sourceTime, stamp);
    }
}
