package io.drme.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.model.Batch;
import io.drme.model.GatewayId;
import io.drme.model.Quality;
import io.drme.model.StreamKind;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import io.drme.testing.ManualClock;
import io.drme.testing.SimulatedDisk;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileDiskTest implements DiskContract {
    @TempDir Path directory = Path.of("");

    @Override
    public Disk disk() throws Exception {
        return new FileDisk(directory);
    }

    /** The simulation passes the same. */
    @Nested
    class Simulated implements DiskContract {
        @Override
        public Disk disk() {
            return new SimulatedDisk(new Random(1));
        }
    }

    @Test
    void aLockedDirectoryNamesTheProcessThatHasItAndTheRemedy() throws Exception {
        try (var mine = new FileDisk(directory);
                var other = new FileDisk(directory)) {
            mine.lock();
            assertThatThrownBy(other::lock)
                    .isInstanceOf(DiskException.Locked.class)
                    .hasMessage(
                            """
                            can't lock %s: another gateway process (pid %d) is using it.
                              Stop it with 'systemctl stop drme-agent', or give this one its own store.directory.\
                            """
                                    .formatted(directory, ProcessHandle.current().pid()));
        }
    }

    // A page that is closed while it reads must not take the store's files with it.
    @Test
    void anInterruptDoesNotCloseTheFileForOthers() throws Exception {
        try (var disk = new FileDisk(directory);
                var file = disk.create("f", 100, Disk.Room.WRITTEN)) {
            Thread.currentThread().interrupt();
            file.sync();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(file.size()).isEqualTo(100);
        }
    }

    @Test
    void aStoreOnRealFilesComesBackWithWhatItHad() throws Exception {
        var tags = TagTable.EMPTY.with(List.of(Tag.of("press/temperature", ValueType.FLOAT64)));
        var clock = new ManualClock();
        for (int life = 1; life <= 3; life++) {
            var setup =
                    new StoreSetup(
                            new FileDisk(directory),
                            StoreConfig.defaults().in(directory),
                            new GatewayId("press-line-1"),
                            clock,
                            new Random(life));
            try (var store = Store.open(setup)) {
                assertThat(store.bootCount()).isEqualTo(life);
                assertThat(store.recovery().clean()).isTrue();
                assertThat(store.view().held(StreamKind.DATA).size()).isEqualTo(life - 1);
                var batch = new Batch();
                batch.begin(0, store.stamps().next());
                batch.addDouble(0, clock.epochNanos(), 21.5, Quality.GOOD);
                store.append(new Intake(1, 0, 0), List.of(batch), tags);
                assertThat(store.commit()).isEqualTo(life);
                assertThat(store.tail(StreamKind.DATA)).isPresent();
                assertThat(store.counters().balanced()).isTrue();
            }
        }
    }
}
