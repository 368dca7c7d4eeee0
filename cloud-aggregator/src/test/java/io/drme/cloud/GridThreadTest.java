package io.drme.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.cloud.config.CloudConfig;
import io.drme.cloud.grid.Changes;
import io.drme.cloud.grid.Grid;
import io.drme.cloud.grid.LatestTable;
import io.drme.cloud.grid.Member;
import io.drme.cloud.grid.Projection;
import io.drme.cloud.grid.TagSheet;
import io.drme.cloud.store.AlarmStore.AlarmRow;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.Records;
import io.drme.model.GatewayId;
import io.drme.sync.Fact;
import io.drme.testing.ManualClock;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class GridThreadTest {
    private static final GatewayId GATEWAY = new GatewayId("press-line-1");

    @TempDir private Path directory;

    private final ManualClock clock = new ManualClock();

    private static final Changes NOBODY_LOOKS =
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

    // SQLite has one writer: a transaction left open until the next report, up to a second later,
    // made the receiver wait at each finding.
    @Test
    @Timeout(20)
    void aFindingDoesNotKeepTheReceiverWaitingForTheNextReport() throws Exception {
        try (var member = Member.start(CloudConfig.defaults().withClusterPort(5795).cluster());
                var database = Database.openIn(directory);
                var records = Records.open(database)) {
            var store = new BlockStore(database);
            var projection = new Projection(new Grid(member), store, records, clock, NOBODY_LOOKS);
            projection.rebuild();
            try (var thread = new GridThread(projection, clock)) {
                thread.start();
                thread.put(new Fact.Damaged(new GatewayId("nobody"), "not a message"));
                thread.put(
                        new Fact.HeadRefused(
                                GATEWAY, Fact.HeadRefused.Why.KEY_CHANGED, "another key"));
                // The clock stands still, so no report is ever due.
                while (store.gateways().isEmpty()) {
                    assertThat(thread.trouble()).isEmpty();
                    Thread.onSpinWait();
                }
                assertThat(store.gateways())
                        .as("garbage under a name that nobody has makes no gateway")
                        .extracting(BlockStore.Gateway::name)
                        .containsExactly(GATEWAY.text());
            }
        }
    }
}
