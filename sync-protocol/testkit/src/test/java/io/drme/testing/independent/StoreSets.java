package io.drme.testing.independent;

import java.util.ArrayList;
import java.util.List;

/** What is remembered of a stream's numbers. */
record StoreSets(Ranges acknowledged, Ranges removed, Ranges reported, int released) {
    private static final int STREAMS = 3;

    /** Those of events, data and local, one behind the other. */
    static List<StoreSets> readAll(Cursor in) {
        var all = new ArrayList<StoreSets>();
        for (int i = 0; i < STREAMS; i++) {
            var acknowledged = Ranges.read(in);
            var removed = Ranges.read(in);
            var reported = Ranges.read(in);
            int spans = in.count(1_024);
            for (int span = 0; span < spans; span++) {
                in.varint(); // from
                in.varint(); // to − from
                in.varint(); // samples
            }
            all.add(new StoreSets(acknowledged, removed, reported, spans));
        }
        return all;
    }
}
