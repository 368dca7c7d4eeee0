package io.drme.edge.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFilesTest {
    private static final int BYTES = 200_001; // more than three pieces, and no whole number of them

    @TempDir private Path data;

    private static OperatorState state(long seed) {
        var random = new Random(seed);
        var pipelines = new byte[BYTES];
        var alarms = new byte[17];
        random.nextBytes(pipelines);
        random.nextBytes(alarms);
        return new OperatorState(seed, pipelines, alarms);
    }

    private static void assertIs(StateFiles files, long seed) {
        var expected = state(seed);
        var found = files.load().orElseThrow();
        assertThat(found.position()).isEqualTo(seed);
        assertThat(found.pipelines()).isEqualTo(expected.pipelines());
        assertThat(found.alarms()).isEqualTo(expected.alarms());
    }

    private List<Path> snapshots() throws IOException {
        try (var files = Files.list(data.resolve("state"))) {
            return files.filter(f -> f.toString().endsWith(".mapdb"))
                    .sorted(Comparator.comparing(Path::toString))
                    .toList();
        }
    }

    @Test
    void whatIsSavedIsFoundAgain() throws IOException {
        new StateFiles(data).save(state(1));

        assertIs(new StateFiles(data), 1);
    }

    @Test
    void nothingIsFoundWhereNothingWasSaved() {
        assertThat(new StateFiles(data).load()).isEmpty();
        assertThat(data.resolve("state")).doesNotExist();
    }

    @Test
    void stateOfNothingIsAStateToo() throws IOException {
        new StateFiles(data).save(new OperatorState(5, new byte[0], new byte[0]));

        assertThat(new StateFiles(data).load().orElseThrow().alarms()).isEmpty();
    }

    @Test
    void twoAreKeptAndTheNewestCounts() throws IOException {
        for (long seed = 1; seed <= 11; seed++) {
            new StateFiles(data).save(state(seed));
        }
        assertThat(snapshots()).hasSize(2);
        assertIs(new StateFiles(data), 11);
    }

    // Any byte of the file, its holes too, and its length: 20 places from a seed, then the two
    // ends.
    @Test
    void aDamagedOneIsSetAsideAndTheOneBeforeIsTaken() throws IOException {
        var random = new Random(20_261_123);
        for (int round = 0; round < 22; round++) {
            new StateFiles(data).save(state(1));
            new StateFiles(data).save(state(2));
            var newest = snapshots().getLast();
            var bytes = Files.readAllBytes(newest);
            int at =
                    switch (round) {
                        case 20 -> 0;
                        case 21 -> bytes.length - 1;
                        default -> random.nextInt(bytes.length);
                    };
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(newest, bytes);

            assertIs(new StateFiles(data), 1);
            assertThat(newest).doesNotExist();
            assertThat(newest.resolveSibling(newest.getFileName() + ".damaged")).exists();
        }
    }

    @Test
    void oneThatWasCutShortIsDamagedToo() throws IOException {
        new StateFiles(data).save(state(1));
        new StateFiles(data).save(state(2));
        var newest = snapshots().getLast();
        var bytes = Files.readAllBytes(newest);
        Files.write(newest, Arrays.copyOf(bytes, bytes.length / 2));

        assertIs(new StateFiles(data), 1);
    }

    @Test
    void whereAllAreDamagedThereIsNoneAndSavingGoesOn() throws IOException {
        new StateFiles(data).save(state(1));
        new StateFiles(data).save(state(2));
        for (var file : snapshots()) {
            Files.write(file, new byte[] {1, 2, 3});
        }
        assertThat(new StateFiles(data).load()).isEmpty();

        new StateFiles(data).save(state(3));
        assertIs(new StateFiles(data), 3);
    }

    // A file with the right checksum that is no snapshot: what a mistake of another release leaves.
    @Test
    void aWholeFileThatMapDbCanNotReadIsSetAside() throws IOException {
        new StateFiles(data).save(state(1));
        var junk = "this is no database".getBytes(StandardCharsets.US_ASCII);
        var crc = new CRC32C();
        crc.update(junk);
        var name = "state-9-%08x.mapdb".formatted((int) crc.getValue());
        Files.write(data.resolve("state").resolve(name), junk);

        assertIs(new StateFiles(data), 1);
        assertThat(data.resolve("state").resolve(name + ".damaged")).exists();
    }

    // A kill while it was written: the part lies there, half.
    @Test
    void aHalfWrittenPartIsNoSnapshotAndIsNotInTheWay() throws IOException {
        new StateFiles(data).save(state(1));
        Files.write(data.resolve("state/state.part"), new byte[4_711]);

        assertIs(new StateFiles(data), 1);
        new StateFiles(data).save(state(2));
        assertIs(new StateFiles(data), 2);
    }

    @Test
    void noMoreThanTwoDamagedFilesPileUp() throws IOException {
        for (int round = 0; round < 5; round++) {
            new StateFiles(data).save(state(round));
            Files.write(snapshots().getLast(), new byte[] {1});
            var _ = new StateFiles(data).load();
        }
        try (var files = Files.list(data.resolve("state"))) {
            assertThat(files.filter(f -> f.toString().endsWith(".damaged")).count())
                    .isLessThanOrEqualTo(2);
        }
    }
}
