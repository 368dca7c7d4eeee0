package io.drme.cloud.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may write into a PostgreSQL database at the same time. */
class ClusterLockTest {
    @TempDir private Path directory;

    private DatabaseSettings alone;

    @BeforeEach
    void make() throws Exception {
        StoreKind.requireInstalled();
        alone = StoreKind.POSTGRES.settings(directory);
    }

    private static void starts(DatabaseSettings settings) throws Exception {
        try (var database = Database.open(settings);
                var receiver = SqlReceiverStore.open(database)) {
            assertThat(receiver.<Integer>inTransaction(_ -> 1)).isEqualTo(1);
        }
    }

    @Test
    void membersOfAClusterShareItAndOthersStayOut() throws Exception {
        try (var database = Database.open(alone.sharedBy("plant"));
                var _ = SqlReceiverStore.open(database)) {
            starts(alone.sharedBy("plant"));
            assertThatThrownBy(() -> starts(alone.sharedBy("other")))
                    .hasMessageContaining("another cluster writes into this database")
                    .hasMessageContaining("drme-cloud receiver of plant")
                    .hasMessageContaining("cluster.name");
            assertThatThrownBy(() -> starts(alone))
                    .hasMessageContaining("another centre writes into this database")
                    .hasMessageContaining("drme-cloud receiver of plant");
        }
        starts(alone);
    }

    @Test
    void aClusterDoesNotStartBesideASingleCentre() throws Exception {
        try (var database = Database.open(alone);
                var _ = SqlReceiverStore.open(database)) {
            assertThatThrownBy(() -> starts(alone.sharedBy("plant")))
                    .hasMessageContaining("another centre writes into this database");
        }
    }
}
