package io.drme.log;

import io.drme.block.BlockHash;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Reads items of one segment by number or time, over damage. Confined to its user. */
final class SegmentReader {
    private static final int HEAD_BYTES = Frame.HEADER_BYTES + ItemHead.BYTES;

    private final DiskFile file;
    private final Segment segment;
    private final ByteBuffer head = Frame.buffer(HEAD_BYTES);

    SegmentReader(DiskFile file, Segment segment) {
        this.file = file;
        this.segment = segment;
    }

    /** An item with its bytes. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Found(ItemHead head, byte[] bytes) {
        StreamTip tip() {
            return new StreamTip(
                    head.sequence(),
                    BlockHash.of(bytes),
                    head.ordinal() + head.samples(),
                    head.covers());
        }
    }

    /** Reads an item; nothing where it is not there or not as it was written. */
    Optional<Found> read(long sequence) throws DiskException {
        long at = segment.offsetBefore(sequence);
        while (at < segment.end) {
            var next = headAt(at);
            if (next.isEmpty() || next.get().sequence() > sequence) {
                return search(sequence);
            }
            if (next.get().sequence() == sequence) {
                return load(at, next.get());
            }
            at += Frame.sizeOf(head.getInt(4));
        }
        return search(sequence);
    }

    private Optional<ItemHead> headAt(long at) throws DiskException {
        head.clear();
        if (file.read(at, head) < HEAD_BYTES) {
            return Optional.empty();
        }
        return ItemHead.readAt(head, 0, segment.base + at);
    }

    private Optional<Found> load(long at, ItemHead found) throws DiskException {
        int length = head.getInt(4);
        var frame = Frame.buffer(Frame.HEADER_BYTES + length);
        if (file.read(at, frame) < frame.capacity()
                || Frame.lengthAt(frame, 0, segment.base + at) != length
                || !Frame.isIntact(frame, 0, length)) {
            return Optional.empty();
        }
        var bytes = new byte[length - ItemHead.BYTES];
        frame.get(HEAD_BYTES, bytes);
        return Optional.of(new Found(found, bytes));
    }

    /** The slow way, where the walk met damage: look at every frame. */
    private Optional<Found> search(long sequence) throws DiskException {
        var found = new ArrayList<Found>(1);
        scan((h, payload) -> {
            if (h.sequence() == sequence && found.isEmpty()) {
                var bytes = new byte[payload.remaining() - ItemHead.BYTES];
                payload.get(ItemHead.BYTES, bytes);
                found.add(new Found(h, bytes));
            }
        });
        return found.stream().findFirst();
    }

    private void scan(BiConsumer<ItemHead, ByteBuffer> each) throws DiskException {
        new FrameScan(file, segment.base)
                .run(
                        Segment.HEADER_BYTES,
                        new FrameScan.Visitor() {
                            @Override
                            public void frame(long offset, ByteBuffer payload) {
                                @Nullable ItemHead h = ItemHead.ofPayload(payload);
                                if (h != null && offset < segment.end) {
                                    each.accept(h, payload);
                                }
                            }

                            @Override
                            public void damage(long from, long to) {
                                // Whoever reads the missing item finds it missing.
                            }
                        });
    }

    /**
     * The items held in this segment with numbers {@code from} to {@code to}, without their bytes.
     */
    List<StoredItem> items(long from, long to) throws DiskException {
        var items = new ArrayList<StoredItem>();
        long at = segment.offsetBefore(from);
        while (at < segment.end) {
            var next = headAt(at);
            if (next.isEmpty()) {
                return itemsByScan(from, to);
            }
            var h = next.get();
            if (h.sequence() > to) {
                break;
            }
            if (h.sequence() >= from && segment.held.contains(h.sequence())) {
                items.add(h.item(head.getInt(4) - ItemHead.BYTES));
            }
            at += Frame.sizeOf(head.getInt(4));
        }
        return items;
    }

    private List<StoredItem> itemsByScan(long from, long to) throws DiskException {
        var items = new ArrayList<StoredItem>();
        scan((h, payload) -> {
            if (h.sequence() >= from && h.sequence() <= to && segment.held.contains(h.sequence())) {
                items.add(h.item(payload.remaining() - ItemHead.BYTES));
            }
        });
        return items;
    }
}
