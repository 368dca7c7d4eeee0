package io.drme.testing.independent;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** The ring of a journal: what its frames hold, oldest first. */
final class JournalFiles {
    private static final int HEADER_FRAME = 48;

    final List<Commit> commits = new ArrayList<>();

    /**
     * One commit.
     *
     * @param data lines of the ticks of {@code data}
     */
    record Commit(
            long position,
            StoreFigures figures,
            @Nullable List<StoreSets> sets,
            List<EventBytes> events,
            @Nullable Block envelopes,
            List<String> data,
            List<String> local) {}

    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    private record Ring(byte[] file, long number, long base) {}

    JournalFiles(Collection<byte[]> files, String epoch) {
        var rings = new ArrayList<Ring>();
        for (var file : files) {
            var header = ring(file, 0, epoch);
            var ring = header == null ? ring(file, HEADER_FRAME, epoch) : header;
            if (ring != null) {
                rings.add(ring);
            }
        }
        rings.sort(Comparator.comparingLong(Ring::number));
        for (int i = 0; i < rings.size(); i++) {
            long end = Long.MAX_VALUE;
            for (var later : rings.subList(i + 1, rings.size())) {
                end = Math.min(end, later.base);
            }
            readRing(rings.get(i), end);
        }
    }

    private static @Nullable Ring ring(byte[] file, int at, String epoch) {
        long base = Frames.positionAt(file, at) - at;
        var in = new Frames(file, base, at).next();
        if (in == null
                || in.u8() != 1
                || !in.text(4, StandardCharsets.US_ASCII).equals("DRMJ")
                || in.u8() != 1
                || !SegmentFile.epoch(in).equals(epoch)) {
            return null;
        }
        long number = in.u64();
        in.end("header");
        return new Ring(file, number, base);
    }

    private void readRing(Ring ring, long end) {
        var data = new TickFrames();
        var local = new TickFrames();
        var frames = new Frames(ring.file, ring.base, 2 * HEADER_FRAME);
        for (long at = frames.position(); at < end; at = frames.position()) {
            var payload = frames.next();
            if (payload == null) {
                return;
            }
            commits.add(commit(at, payload, data, local));
        }
    }

    private static Commit commit(long at, Cursor payload, TickFrames data, TickFrames local) {
        var bytes = payload.take(payload.left());
        var crc = new CRC32();
        crc.update(bytes, 0, bytes.length - 4);
        var all = new Cursor(bytes);
        var in = all.part(bytes.length - 4);
        Malformed.unless(all.u32() == (int) crc.getValue(), "the commit's own checksum");
        Malformed.unless(in.u8() == 2, "kind of a commit");
        int flags = in.u8();
        Malformed.unless(in.u64() <= at, "synced below");
        for (int stream = 0; (flags & 32) != 0 && stream < 3; stream++) {
            if (in.varint() != 0) {
                in.take(16); // the hash
                in.varint();
                in.varint();
            }
        }
        var figures = StoreFigures.read(in);
        var sets = (flags & 1) != 0 ? StoreSets.readAll(in) : null;
        var events = new ArrayList<EventBytes>();
        for (long left = (flags & 2) != 0 ? in.varint() : 0; left > 0; left--) {
            events.add(EventBytes.read(in.take(in.u32())));
        }
        var envelopes = (flags & 16) != 0 ? Block.read(in.take(in.u32())) : null;
        var ofData = (flags & 4) != 0 ? data.read(in.part(in.u32())) : List.<String>of();
        var ofLocal = (flags & 8) != 0 ? local.read(in.part(in.u32())) : List.<String>of();
        in.end("commit");
        return new Commit(at, figures, sets, events, envelopes, ofData, ofLocal);
    }
}
