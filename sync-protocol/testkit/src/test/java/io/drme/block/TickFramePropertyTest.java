package io.drme.block;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.Batch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every run of journal frames. */
class TickFramePropertyTest {

    private record Run(List<byte[]> frames, List<List<String>> batches) {}

    private static Run run(long seed, boolean wild) {
        var given = new RandomBatches(seed, wild);
        var frames = new ArrayList<byte[]>();
        var texts = new ArrayList<List<String>>();
        var open = new ArrayList<String>();
        try (var writer = new TickFrameWriter()) {
            for (int i = 0; i < given.batches.size(); i++) {
                var table = given.tables.get(i);
                writer.add(given.batches.get(i), table);
                open.add(
                        RandomBatches.text(
                                given.batches.get(i), t -> RandomBatches.name(table.get(t))));
                if (given.random.nextInt(4) == 0 || i == given.batches.size() - 1) {
                    int bound = writer.maxFrameBytes();
                    var payload = writer.finish(given.random.nextInt(6) == 0);
                    assertThat(payload.remaining()).isLessThanOrEqualTo(bound);
                    var bytes = new byte[payload.remaining()];
                    payload.get(bytes);
                    frames.add(bytes);
                    texts.add(List.copyOf(open));
                    open.clear();
                }
            }
        }
        return new Run(frames, texts);
    }

    private static List<String> read(TickFrameReader reader, byte[] frame)
            throws BadBlockException {
        var list = new ArrayList<String>();
        reader.open(ByteBuffer.wrap(frame));
        var batch = new Batch();
        while (reader.next(batch)) {
            var table = reader.table();
            list.add(RandomBatches.text(batch, t -> RandomBatches.name(table.get(t))));
        }
        return list;
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void framesGiveBackExactlyTheBatches(long seed) throws Exception {
        for (boolean wild : new boolean[] {false, true}) {
            var run = run(seed, wild);
            var reader = new TickFrameReader();
            for (int i = 0; i < run.frames.size(); i++) {
                assertThat(read(reader, run.frames.get(i))).isEqualTo(run.batches.get(i));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void readingMayBeginAtEveryKeyFrame(long seed) throws Exception {
        var run = run(seed, true);
        for (int from = 0; from < run.frames.size(); from++) {
            if (TickFrameReader.isKey(ByteBuffer.wrap(run.frames.get(from)))) {
                var reader = new TickFrameReader();
                for (int i = from; i < run.frames.size(); i++) {
                    assertThat(read(reader, run.frames.get(i))).isEqualTo(run.batches.get(i));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void damagedFramesGiveAResultOrADeclaredError(long seed) {
        var run = run(seed, seed % 2 == 0);
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 30; round++) {
            var reader = new TickFrameReader();
            for (var frame : run.frames) {
                var bytes = frame.clone();
                if (random.nextInt(3) == 0) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }
                try {
                    assertThat(read(reader, bytes)).isNotNull();
                } catch (BadBlockException e) {
                    assertThat(e.getMessage()).isNotEmpty();
                }
            }
        }
    }
}
