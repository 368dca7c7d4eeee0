package io.drme.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.model.EpochId;
import io.drme.testing.Seeds;
import io.drme.testing.SimulatedDisk;
import java.lang.reflect.Proxy;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MarksTest {
    private static final EpochId EPOCH = new EpochId(1, 2);

    static LongStream seeds() {
        return Seeds.of(20, 2_000);
    }

    private static Marks.Mark mark(long position) {
        return new Marks.Mark(new StoreState(), position, false);
    }

    /** A disk whose directories can't be synced while it fails. */
    private static Disk whoseNamesFail(Disk disk, AtomicBoolean isFailing) {
        return (Disk)
                Proxy.newProxyInstance(
                        Disk.class.getClassLoader(),
                        new Class<?>[] {Disk.class},
                        (_, method, arguments) -> {
                            if (method.getName().equals("syncDirectory") && isFailing.get()) {
                                throw new DiskException.Failed("can't sync", null);
                            }
                            return method.invoke(disk, arguments);
                        });
    }

    // The file was there at the second try, so its name was never made durable. What a mark allows
    // to
    // be deleted was then taken from the journal once more: found by the whole-system simulation.
    @ParameterizedTest
    @MethodSource("seeds")
    void aMarkOutlivesThePowerAlsoWhereItsDirectoryWasNotSyncedAtOnce(long seed) throws Exception {
        var disk = new SimulatedDisk(new Random(seed * 1_000_003)); // small seeds begin alike
        new EpochFile(disk).makeDirectories(EPOCH);
        var marks = new Marks(disk, EPOCH);
        marks.write(mark(1));
        var failing = new AtomicBoolean(true);
        var same = new Marks(whoseNamesFail(disk, failing), EPOCH);
        assertThat(same.read(new Quarantine(disk))).isPresent();
        assertThatThrownBy(() -> same.write(mark(2))).isInstanceOf(DiskException.class);
        failing.set(false);
        same.write(mark(3));
        var after = disk.afterPowerCut();
        assertThat(new Marks(after, EPOCH).read(new Quarantine(after)))
                .hasValueSatisfying(m -> assertThat(m.position()).isEqualTo(3));
    }
}
