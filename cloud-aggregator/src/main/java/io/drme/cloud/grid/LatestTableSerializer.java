package io.drme.cloud.grid;

import com.hazelcast.nio.serialization.compact.CompactReader;
import com.hazelcast.nio.serialization.compact.CompactSerializer;
import com.hazelcast.nio.serialization.compact.CompactWriter;
import io.drme.cloud.grid.LatestTable.Columns;
import org.jspecify.annotations.Nullable;

/** How a {@link LatestTable} travels between members: column by column. */
final class LatestTableSerializer implements CompactSerializer<LatestTable> {
    private static final String[] LONGS = {
        "gatewayTimes", "sourceTimes", "since", "bits", "goodTimes", "goodBits"
    };
    private static final String[] TEXTS = {"texts", "goodTexts"};

    @Override
    public LatestTable read(CompactReader in) {
        var tags = orEmpty(in.readArrayOfString("tags"));
        var longs = new long[LONGS.length][];
        for (int i = 0; i < LONGS.length; i++) {
            var column = in.readArrayOfInt64(LONGS[i]);
            longs[i] = column == null ? new long[0] : column;
        }
        var texts = new @Nullable String[TEXTS.length][];
        for (int i = 0; i < TEXTS.length; i++) {
            // texts are rare: an absent column stands for one without any
            var column = in.readArrayOfString(TEXTS[i]);
            texts[i] = column == null ? new String[tags.length] : column;
        }
        var types = in.readArrayOfInt8("types");
        var epochs = in.readArrayOfInt32("epochs");
        var qualities = in.readArrayOfInt8("qualities");
        return new LatestTable(
                new Columns(
                        tags,
                        types == null ? new byte[0] : types,
                        epochs == null ? new int[0] : epochs,
                        longs,
                        qualities == null ? new byte[0] : qualities,
                        texts));
    }

    private static String[] orEmpty(String @Nullable [] column) {
        return column == null ? new String[0] : column;
    }

    @Override
    public void write(CompactWriter out, LatestTable table) {
        var columns = table.columns();
        out.writeArrayOfString("tags", columns.tags);
        for (int i = 0; i < LONGS.length; i++) {
            out.writeArrayOfInt64(LONGS[i], columns.longs()[i]);
        }
        for (int i = 0; i < TEXTS.length; i++) {
            out.writeArrayOfString(TEXTS[i], rareOrNull(columns.texts()[i]));
        }
        out.writeArrayOfInt8("types", columns.types);
        out.writeArrayOfInt32("epochs", columns.epochs);
        out.writeArrayOfInt8("qualities", columns.qualities);
    }

    private static @Nullable String @Nullable [] rareOrNull(@Nullable String[] column) {
        for (var text : column) {
            if (text != null) {
                return column;
            }
        }
        return null;
    }

    @Override
    public String getTypeName() {
        return "latest";
    }

    @Override
    public Class<LatestTable> getCompactClass() {
        return LatestTable.class;
    }
}
