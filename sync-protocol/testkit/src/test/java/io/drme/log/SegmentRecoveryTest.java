package io.drme.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.testing.SimulatedDisk;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Found by fuzzing: a checksum may be right over numbers that make no sense. */
class SegmentRecoveryTest {
    private static final EpochId EPOCH = new EpochId(1, 2);

    private final SimulatedDisk disk = new SimulatedDisk(new SplittableRandom(1));

    @ParameterizedTest
    @CsvSource({
        "-8917904354921414656, 0, 1",
        "0, 0, 1",
        "9223372036854775807, 0, 1",
        "1, -1, 1",
        "1, 0, -1",
        "1, 9223372036854775807, 1",
    })
    void anItemWithNumbersThatNoItemHasIsDamageNotACrash(long sequence, long ordinal, int samples)
            throws Exception {
        var out = Frame.buffer(1_024);
        out.position(Frame.HEADER_BYTES);
        new ItemHead(sequence, ordinal, samples, 0, 0, 0, 0).putInto(out, 0, 0, 4);
        out.putInt(7);
        Frame.seal(out, 0, 0);
        var directory = SegmentLog.directory(EPOCH, StreamKind.DATA);
        disk.makeDirectory(directory);
        var path = directory + "/" + Segment.name(1, 0);
        try (var file = disk.create(path, out.position(), Disk.Room.WRITTEN)) {
            file.write(0, out.flip());
        }
        var quarantine = new Quarantine(disk);

        assertThat(new SegmentRecovery(disk, StreamKind.DATA, EPOCH, quarantine).run(0)).isEmpty();
        assertThat(quarantine.damages())
                .anySatisfy(damage -> assertThat(damage).contains("numbers that no item has"));
    }
}
