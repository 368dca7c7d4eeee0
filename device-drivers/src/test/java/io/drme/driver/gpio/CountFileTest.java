package io.drme.driver.gpio;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counts on disk. */
class CountFileTest {
    @TempDir Path directory;

    private Path file() {
        return directory.resolve("gpio/cabinet.counts");
    }

    @Test
    void newestCountsAreFoundAgain() throws Exception {
        var file = CountFile.read(file());
        assertThat(file.isDamaged()).isFalse();
        for (long i = 1; i <= 5; i++) {
            file.keep(Map.of("a line:1 rising", i, "b line:2 both", i * i));
        }
        var again = CountFile.read(file());
        assertThat(again.count("a line:1 rising")).isEqualTo(5);
        assertThat(again.count("b line:2 both")).isEqualTo(25);
        assertThat(again.count("c line:3 both")).isZero();
    }

    // A power cut may leave any part of the last write, and nothing else touched.
    @Test
    void tornWriteLeavesTheCountsBefore() throws Exception {
        var file = CountFile.read(file());
        file.keep(Map.of("a", 1L));
        file.keep(Map.of("a", 2L));
        var before = Files.readAllBytes(file());
        file.keep(Map.of("a", 3L));
        var after = Files.readAllBytes(file());
        int from = CountFile.PLACE_BYTES;
        for (int torn = from; torn < after.length; torn++) {
            var bytes = before.clone();
            System.arraycopy(after, from, bytes, from, torn - from);
            Files.write(file(), bytes);
            var found = CountFile.read(file());
            assertThat(found.isDamaged()).isFalse();
            assertThat(found.count("a")).as("torn at %d", torn).isBetween(2L, 3L);
        }
    }

    @Test
    void anyBytesAreReadWithoutHarm() throws Exception {
        var random = new SplittableRandom(7);
        var good = CountFile.read(file());
        good.keep(Map.of("a", 1L));
        var bytes = Files.readAllBytes(file());
        for (int i = 0; i < 200; i++) {
            var broken = bytes.clone();
            for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
                broken[random.nextInt(broken.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(file(), broken);
            var found = CountFile.read(file());
            assertThat(found.isDamaged() ? 0 : found.count("a")).isIn(0L, 1L);
        }
    }

    @Test
    void countsThatNobodyHasAnyMoreAreKeptUpToALimit() throws Exception {
        var file = CountFile.read(file());
        file.keep(Map.of("removed", 9L));
        var many = new HashMap<String, Long>();
        for (int i = 0; i < CountFile.MOST_KEPT - 1; i++) {
            many.put("tag-" + i, 1L);
        }
        file.keep(many);
        assertThat(CountFile.read(file()).count("removed")).isEqualTo(9);
        file.keep(Map.of("one more", 1L));
        var found = CountFile.read(file());
        assertThat(found.count("removed")).isZero();
        assertThat(found.count("one more")).isEqualTo(1);
        assertThat(found.count("tag-0")).isEqualTo(1);
    }
}
