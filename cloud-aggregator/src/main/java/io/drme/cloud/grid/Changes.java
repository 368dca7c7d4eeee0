package io.drme.cloud.grid;

import io.drme.cloud.store.AlarmStore.AlarmRow;
import java.util.List;

/** Who is told of what changed in the grid; called by the grid's thread, and must not block. */
public interface Changes {
    /** Nobody. */
    Changes NONE =
            new Changes() {
                @Override
                public void samples(String gateway, TagSheet tags, List<LatestTable.Latest> rows) {
                    // nobody looks
                }

                @Override
                public void alarm(AlarmRow alarm) {
                    // nobody looks
                }
            };

    /** Samples that may be newer than what was known of their tags. */
    void samples(String gateway, TagSheet tags, List<LatestTable.Latest> rows);

    /** An alarm's new state. */
    void alarm(AlarmRow alarm);
}
