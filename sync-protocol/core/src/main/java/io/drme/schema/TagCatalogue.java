package io.drme.schema;

import io.drme.model.SyncMode;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tags of a configuration, or a part of them. A tag that is in no part of a version was removed
 * by it.
 *
 * @param configurationVersion the configuration that they are of
 * @param part number of this part, from 1
 * @param parts how many parts the catalogue has
 * @param entries the tags, at most {@link #MAX_ENTRIES}
 */
public record TagCatalogue(long configurationVersion, int part, int parts, List<Entry> entries)
        implements Payload {
    /** Most tags in one event: keeps it well below {@link EventCodec#MAX_PAYLOAD_BYTES}. */
    public static final int MAX_ENTRIES = 1_000;

    /** Copies the list. */
    public TagCatalogue {
        entries = List.copyOf(entries);
    }

    /**
     * One tag.
     *
     * @param name {@code device/path}
     * @param type of its values
     * @param unit UCUM code, empty where there is none
     * @param deadband as in {@link Tag#deadband}
     * @param pollNanos from one poll to the next; 0 where the device pushes
     * @param sync what leaves the site
     * @param driver modbus, opcua and so on; {@code pipeline} for a derived tag
     * @param device name in the configuration
     * @param low lower end of the range; null where none is declared
     * @param high upper end of the range; null where none is declared
     */
    public record Entry(
            String name,
            ValueType type,
            String unit,
            double deadband,
            long pollNanos,
            SyncMode sync,
            String driver,
            String device,
            @Nullable Double low,
            @Nullable Double high) {

        /** The tag as the engine and the queries know it. */
        public Tag tag() {
            return new Tag(new TagName(name), type, unit, deadband, sync);
        }
    }

    /** A whole catalogue in as many parts as it needs; one empty part where there is no tag. */
    public static List<TagCatalogue> parts(long configurationVersion, List<Entry> all) {
        int parts = Math.max(1, (all.size() + MAX_ENTRIES - 1) / MAX_ENTRIES);
        var list = new ArrayList<TagCatalogue>(parts);
        for (int i = 0; i < parts; i++) {
            int to = Math.min(all.size(), (i + 1) * MAX_ENTRIES);
            list.add(
                    new TagCatalogue(
                            configurationVersion, i + 1, parts, all.subList(i * MAX_ENTRIES, to)));
        }
        return list;
    }

    void write(AvroWriter out) {
        out.putLong(configurationVersion).putLong(part).putLong(parts);
        if (!entries.isEmpty()) {
            out.putLong(entries.size());
        }
        for (var entry : entries) {
            long window = entry.sync instanceof SyncMode.Aggregate(long nanos) ? nanos : 0;
            out.putString(entry.name)
                    .putLong(entry.type.code())
                    .putString(entry.unit)
                    .putDouble(entry.deadband)
                    .putLong(entry.pollNanos)
                    .putString(text(entry.sync))
                    .putLong(window)
                    .putString(entry.driver)
                    .putString(entry.device)
                    .putOptionalDouble(entry.low)
                    .putOptionalDouble(entry.high);
        }
        out.putLong(0);
    }

    private static String text(SyncMode sync) {
        return switch (sync) {
            case SyncMode.Raw _ -> "raw";
            case SyncMode.Aggregate _ -> "aggregate";
            case SyncMode.Local _ -> "local";
        };
    }

    static TagCatalogue read(AvroReader in) throws BadEventException {
        return new TagCatalogue(
                in.takeLong(),
                in.takeInt(),
                in.takeInt(),
                in.takeArray(TagCatalogue::readEntry, MAX_ENTRIES));
    }

    private static Entry readEntry(AvroReader in) throws BadEventException {
        var name = in.takeString();
        if (!TagName.isValid(name)) {
            throw in.malformed("a tag's name is not of the documented form");
        }
        int type = in.takeInt();
        if (type < 1 || type > ValueType.values().length) {
            throw in.malformed("no value type has the code " + type);
        }
        var unit = in.takeString();
        double deadband = in.takeDouble();
        long pollNanos = in.takeLong();
        var sync = in.takeString();
        long window = in.takeLong();
        SyncMode mode =
                switch (sync) {
                    case "raw" -> new SyncMode.Raw();
                    case "aggregate" -> new SyncMode.Aggregate(window);
                    case "local" -> new SyncMode.Local();
                    default -> throw in.malformed("no mode of sync is called '" + sync + "'");
                };
        return new Entry(
                name,
                ValueType.ofCode(type),
                unit,
                deadband,
                pollNanos,
                mode,
                in.takeString(),
                in.takeString(),
                in.takeOptionalDouble(),
                in.takeOptionalDouble());
    }
}
