package io.drme.cloud;

import io.drme.cloud.grid.Changes;
import io.drme.cloud.grid.LatestTable;
import io.drme.cloud.grid.Neighbours;
import io.drme.cloud.grid.TagSheet;
import io.drme.cloud.store.AlarmStore.AlarmRow;
import java.util.List;

/** Tells who looks at this member what changed, and the other members if anybody looks there. */
final class SpreadChanges implements Changes {
    private final Changes local;
    private final Neighbours neighbours;

    SpreadChanges(Changes local, Neighbours neighbours) {
        this.local = local;
        this.neighbours = neighbours;
    }

    @Override
    public void samples(String gateway, TagSheet tags, List<LatestTable.Latest> rows) {
        local.samples(gateway, tags, rows);
        if (neighbours.othersWatch()) {
            neighbours.samples(gateway, rows.stream().map(LatestTable.Latest::tag).toList());
        }
    }

    @Override
    public void alarm(AlarmRow alarm) {
        local.alarm(alarm);
        if (neighbours.othersWatch()) {
            neighbours.alarm(alarm.gateway(), alarm.id());
        }
    }
}
