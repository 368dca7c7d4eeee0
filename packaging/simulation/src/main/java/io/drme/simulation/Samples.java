package io.drme.simulation;

import io.drme.block.BadBlockException;
import io.drme.block.BlockReader;
import io.drme.model.Batch;
import io.drme.model.TagTable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Samples by what they are: one number of 64 bits over tag, both times, value bits or text, and
 * quality. Source times in a world are unique for each poll, so equal numbers mean a sample that
 * came twice, and a number that nobody gave means a sample that was changed on its way.
 */
final class Samples {
    private Samples() {}

    /** The samples of a block in the order of their arrival, and its span of stamps. */
    record Content(List<Sample> samples, long firstStamp, long lastStamp) {}

    /** One sample. */
    record Sample(long id, String tag, long stamp, long sourceTime) {}

    /** The number of sample {@code at} of a batch. */
    static Sample of(Batch batch, int at, String tag) {
        long stamp = batch.gatewayTime();
        long source = batch.sourceTimes()[at];
        long id = id(tag, stamp, source, batch.bits()[at], batch.text(at), batch.qualities()[at]);
        return new Sample(id, tag, stamp, source);
    }

    private static long id(
            String tag, long stamp, long source, long bits, @Nullable String text, byte quality) {
        long id = mix(tag.hashCode());
        id = mix(id ^ stamp);
        id = mix(id ^ source);
        id = mix(id ^ bits);
        id = mix(id ^ (text == null ? 7 : text.hashCode()));
        return mix(id ^ quality);
    }

    /** The finalizer of SplitMix64. */
    private static long mix(long from) {
        long z = from + 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    /** Adds the samples of a batch that are of one stream. */
    static void add(Batch batch, TagTable tags, boolean local, List<Sample> to) {
        for (int i = 0; i < batch.size(); i++) {
            var tag = tags.get(batch.tags()[i]);
            if (local == (tag.sync() instanceof io.drme.model.SyncMode.Local)) {
                to.add(of(batch, i, tag.name().text()));
            }
        }
    }

    /** Everything in a block. */
    static Content content(byte[] block) {
        try {
            var reader = BlockReader.open(block);
            var cursor = reader.batches();
            var batch = new Batch();
            var samples = new ArrayList<Sample>();
            long first = Long.MAX_VALUE;
            long last = Long.MIN_VALUE;
            while (cursor.next(batch)) {
                first = Math.min(first, batch.gatewayTime());
                BrokenInvariant.require(
                        batch.gatewayTime() >= last,
                        "ticks of block %s are out of order: %d after %d",
                        reader.header().seal().sequence(),
                        batch.gatewayTime(),
                        last);
                last = batch.gatewayTime();
                for (int i = 0; i < batch.size(); i++) {
                    samples.add(of(batch, i, reader.series().get(batch.tags()[i]).tag().text()));
                }
            }
            return new Content(samples, first, last);
        } catch (BadBlockException e) {
            throw new BrokenInvariant("a block can't be read: " + e.getMessage());
        }
    }
}
