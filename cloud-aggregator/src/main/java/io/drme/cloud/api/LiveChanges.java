package io.drme.cloud.api;

import io.drme.cloud.grid.Changes;
import io.drme.cloud.grid.LatestTable;
import io.drme.cloud.grid.TagSheet;
import io.drme.cloud.query.Fleet.FleetLatest;
import io.drme.cloud.store.AlarmStore.AlarmRow;
import io.drme.web.LiveFeed;
import java.util.List;

/** Tells the live feed what changed in the grid. */
public final class LiveChanges implements Changes {
    private final LiveFeed feed;

    /** Tells this feed. */
    public LiveChanges(LiveFeed feed) {
        this.feed = feed;
    }

    @Override
    public void samples(String gateway, TagSheet tags, List<LatestTable.Latest> rows) {
        if (feed.isWanted()) {
            for (var row : rows) {
                feed.publish(FleetRoutes.item(new FleetLatest(gateway, row, tags.unit(row.tag()))));
            }
        }
    }

    @Override
    public void alarm(AlarmRow alarm) {
        feed.publish(AlarmRoutes.item(alarm));
    }
}
