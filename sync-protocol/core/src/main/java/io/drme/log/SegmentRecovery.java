package io.drme.log;

import io.drme.block.BlockHash;
import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.sync.RangeSet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds out what a stream's segment files hold after a start: from the footer where a segment has
 * one, by scanning where not, which after an orderly life is none and after a crash is the last.
 */
final class SegmentRecovery {
    private final Disk disk;
    private final StreamKind stream;
    private final EpochId epoch;
    private final Quarantine quarantine;

    SegmentRecovery(Disk disk, StreamKind stream, EpochId epoch, Quarantine quarantine) {
        this.disk = disk;
        this.stream = stream;
        this.epoch = epoch;
        this.quarantine = quarantine;
    }

    /**
     * The segments, ascending, none of them empty.
     *
     * @param mark the greatest number known to have been synced; what lies above it counts only as
     *     far as it follows without a hole, as a power cut keeps unsynced writes in any choice
     */
    List<Segment> run(long mark) throws DiskException {
        var directory = SegmentLog.directory(epoch, stream);
        var segments = new ArrayList<Segment>();
        for (var name : disk.list(directory)) {
            var segment = Segment.named(directory, name);
            if (segment.isPresent()) {
                load(segment.get());
                segments.add(segment.get());
            } else {
                quarantine.note("%s/%s: is no segment's name".formatted(directory, name));
            }
        }
        supersede(segments);
        cutBehindHole(segments, mark);
        for (var segment : List.copyOf(segments)) {
            if (segment.isEmpty()) {
                segments.remove(segment);
                disk.delete(segment.path);
            } else if (!segment.hasFooter) {
                addFooter(segment);
            }
        }
        return segments;
    }

    private void load(Segment segment) throws DiskException {
        try (var file = disk.open(segment.path)) {
            if (!segment.readFooter(file)) {
                scan(segment, file);
            }
        }
    }

    private void scan(Segment segment, DiskFile file) throws DiskException {
        var fresh = new Segment(SegmentLog.directory(epoch, stream), segment.number, segment.base);
        var scan = new FrameScan(file, segment.base);
        long end =
                scan.run(
                        0,
                        new FrameScan.Visitor() {
                            @Override
                            public void frame(long offset, ByteBuffer payload) {
                                note(fresh, offset, payload);
                            }

                            @Override
                            public void damage(long from, long to) {
                                quarantine.keep(file, segment.path, from, to);
                            }
                        });
        if (!scan.endsInOrder(end)) {
            quarantine.note(
                    "%s: ends in unfinished or damaged bytes at %d".formatted(segment.path, end));
        }
        segment.become(fresh);
        segment.fileBytes = file.size();
    }

    private void note(Segment segment, long offset, ByteBuffer payload) {
        var head = ItemHead.ofPayload(payload);
        if (head != null) {
            var item = payload.slice(ItemHead.BYTES, payload.remaining() - ItemHead.BYTES);
            long end = offset + Frame.sizeOf(payload.remaining());
            segment.note(head, offset, end, BlockHash.of(item));
        } else if (payload.get(0) == ItemHead.KIND) {
            quarantine.note(
                    "%s: the item at %d has numbers that no item has"
                            .formatted(segment.path, offset));
        } else if (offset == 0 && !Segment.isHeader(payload, stream, epoch)) {
            quarantine.note("%s: has the header of another stream".formatted(segment.path));
        }
    }

    /** From its first number on, a later segment takes precedence. */
    private void supersede(List<Segment> segments) throws DiskException {
        long first = Long.MAX_VALUE;
        for (int i = segments.size() - 1; i >= 0; i--) {
            var segment = segments.get(i);
            if (segment.isEmpty()) {
                continue;
            }
            if (segment.last() >= first) {
                cut(segment, first);
            }
            first = segment.isEmpty() ? first : Math.min(first, segment.first());
        }
    }

    private void cutBehindHole(List<Segment> segments, long mark) throws DiskException {
        var held = RangeSet.EMPTY;
        for (var segment : segments) {
            held = held.union(segment.held);
        }
        var tail = held.minus(mark < 1 ? RangeSet.EMPTY : RangeSet.of(1, mark));
        if (tail.isEmpty() || mark == Long.MAX_VALUE - 1) {
            return;
        }
        long end = mark;
        if (tail.first().orElseThrow() == mark + 1) {
            end = tail.ranges().getFirst().to();
        }
        for (var segment : segments) {
            if (!segment.isEmpty() && segment.last() > end) {
                cut(segment, end + 1);
            }
        }
    }

    private void cut(Segment segment, long from) throws DiskException {
        try (var file = disk.open(segment.path)) {
            long samples = 0;
            for (var item : new SegmentReader(file, segment).items(from, Long.MAX_VALUE - 1)) {
                samples += item.samples();
            }
            segment.cut(from, segment.end, samples);
            segment.hasFooter = false;
        }
    }

    /** Spares the next start the scan; where it fails, the next start scans again. */
    private void addFooter(Segment segment) {
        try (var file = disk.open(segment.path)) {
            var footer = segment.footer();
            file.write(segment.end, footer);
            file.truncate(segment.end + footer.limit());
            file.sync();
            segment.fileBytes = segment.end + footer.limit();
            segment.hasFooter = true;
        } catch (DiskException e) {
            quarantine.note("%s: got no footer: %s".formatted(segment.path, e.getMessage()));
        }
    }
}
