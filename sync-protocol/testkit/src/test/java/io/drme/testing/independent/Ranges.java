package io.drme.testing.independent;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A set of numbers as ranges. */
record Ranges(List<Range> all) {
    /** From and to, both in it. */
    record Range(long from, long to) {}

    /** As in the log: how many; for each the gap before it, and its length less one. */
    static Ranges read(Cursor in) {
        var all = new ArrayList<Range>();
        long behind = 0;
        for (long left = in.varint(); left > 0; left--) {
            long from = behind + in.varint();
            long to = from + in.varint();
            all.add(new Range(from, to));
            behind = to + 1;
        }
        return new Ranges(all);
    }

    @Override
    public String toString() {
        return all.stream()
                .map(r -> r.from == r.to ? "" + r.from : r.from + "-" + r.to)
                .collect(Collectors.joining(","));
    }
}
