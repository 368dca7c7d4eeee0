package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Evaluates expressions over a sample and the cells of its row. Which row that is, is known for
 * each lane beforehand, unless the value is the key.
 */
final class LookupOperator implements Operator {
    /** The more of them stand, the less of them is in the cache of a core. */
    private static final int MOST_STANDING = 1 << 16;

    private final List<Lane> lanes;
    private final String[] tags;
    private final ValueType[] types;
    private final Program[] keeps;
    private final Program[] gives;
    private final Table table;
    private final boolean byValue;
    private final boolean dropsMissing;
    private final int[] rowOfLane;
    private final Map<String, Integer> rowOfText;
    private final long[] wholes;
    private final int[] rowOfWhole;
    private final Row made = new Row();

    /**
     * The rows of all lanes as they stand, their value's place first; empty where they are many.
     */
    private final Batch standing;

    private final int width;
    private final Row stands;

    /** Makes it; {@code keeps} and {@code gives} have one a lane, or none. */
    LookupOperator(List<Lane> input, LookupStep step, List<Program> keeps, List<Program> gives) {
        this.tags = input.stream().map(Lane::source).toArray(String[]::new);
        this.types = input.stream().map(Lane::type).toArray(ValueType[]::new);
        this.keeps = keeps.toArray(Program[]::new);
        this.gives = gives.toArray(Program[]::new);
        this.table = step.table();
        this.byValue = step.key() == LookupStep.Key.VALUE;
        this.dropsMissing = step.missing() == LookupStep.Missing.DROP;
        this.rowOfText = new HashMap<>(table.rowOf());
        this.rowOfLane =
                input.stream()
                        .mapToInt(l -> rowOfText.getOrDefault(key(step.key(), l), Table.NONE))
                        .toArray();
        this.wholes =
                rowOfText.keySet().stream()
                        .flatMap(k -> Table.whole(k).stream())
                        .mapToLong(k -> k)
                        .sorted()
                        .distinct()
                        .toArray();
        this.rowOfWhole = new int[wholes.length];
        rowOfText.forEach((key, at) ->
                Table.whole(key).ifPresent(k -> rowOfWhole[Arrays.binarySearch(wholes, k)] = at));
        var results = new ArrayList<Lane>();
        for (int i = 0; i < input.size(); i++) {
            results.add(gives.isEmpty() ? input.get(i) : input.get(i).of(gives.get(i).type()));
        }
        this.width = 1 + table.columns().size();
        this.standing = new Batch();
        this.stands = new Row(standing, width);
        if (!byValue && (long) width * rowOfLane.length <= MOST_STANDING) {
            for (int found : rowOfLane) {
                standing.add(0, 0, 0, Quality.GOOD);
                table.give(found, standing);
            }
        }
        boolean leavesOut = dropsMissing || !keeps.isEmpty();
        this.lanes =
                leavesOut ? results.stream().map(Lane::notHeld).toList() : List.copyOf(results);
    }

    private static String key(LookupStep.Key key, Lane lane) {
        return switch (key) {
            case TAG, VALUE -> lane.source();
            case DEVICE -> DerivedName.of("{device}", lane.source(), "");
            case PATH -> DerivedName.of("{path}", lane.source(), "");
        };
    }

    @Override
    public List<Lane> lanes() {
        return lanes;
    }

    @Override
    public void process(Batch in, long now, Batch out) {
        int size = in.size();
        for (int i = 0; i < size; i++) {
            int lane = in.tags()[i];
            int found = byValue ? rowOfValue(in, i, lane) : rowOfLane[lane];
            if (found != Table.NONE || !dropsMissing) {
                accept(row(in, i, lane, found), in, i, lane, out);
            }
        }
    }

    private Row row(Batch in, int at, int lane, int found) {
        if (standing.size() > 0 && types[lane] != ValueType.TEXT) {
            int place = lane * width;
            standing.sourceTimes()[place] = in.sourceTimes()[at];
            standing.bits()[place] = in.bits()[at];
            standing.qualities()[place] = in.qualities()[at];
            stands.goTo(lane);
            return stands;
        }
        var inputs = made.begin();
        inputs.addFrom(in, at);
        table.give(found, inputs);
        return made;
    }

    private int rowOfValue(Batch in, int at, int lane) {
        if (Quality.isBad(in.qualities()[at])) {
            return Table.NONE;
        }
        long bits = in.bits()[at];
        var text = in.text(at);
        if (types[lane] == ValueType.INT64) {
            int found = Arrays.binarySearch(wholes, bits);
            return found < 0 ? Table.NONE : rowOfWhole[found];
        }
        var key = text != null ? text : bits != 0 ? "true" : "false";
        var found = rowOfText.get(key);
        return found == null ? Table.NONE : found;
    }

    private void accept(Row row, Batch in, int at, int lane, Batch out) {
        long time = in.sourceTimes()[at];
        int kept = keeps.length == 0 ? Program.TRUE : row.test(keeps[lane], tags[lane]);
        if (kept == Program.UNKNOWN) {
            byte quality = in.qualities()[at];
            byte bad = Quality.isBad(quality) ? quality : Quality.bad(Reason.INPUT_NOT_GOOD);
            out.add(lane, time, 0, bad);
        } else if (kept == Program.TRUE && gives.length == 0) {
            out.addFrom(in, at);
        } else if (kept == Program.TRUE) {
            row.give(gives[lane], tags[lane], lane, time, out);
        }
    }
}
