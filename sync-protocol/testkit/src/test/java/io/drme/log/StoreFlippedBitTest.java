package io.drme.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.StreamKind;
import io.drme.schema.Drop;
import io.drme.schema.Payloads;
import io.drme.testing.Seeds;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * One flipped bit in a frame costs at most what that frame holds. In the journal, where later
 * frames are changes against it, it costs nothing; in a segment it costs the item, which a drop
 * event names.
 */
class StoreFlippedBitTest {
    private static final long PLENTY_BYTES = 64 << 20;

    /** A frame on the simulated disk. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Place(String path, int offset, int length, byte[] payload) {}

    @Test
    void aFlippedBitOfTheJournalCostsNothing() {
        Seeds.of(250, 4_000)
                .forEach(seed -> {
                    var world = world(seed);
                    flip(world, frames(world, "ring"), seed);
                    check(world, seed, null);
                });
    }

    @Test
    void aFlippedBitOfASegmentCostsItsItemWhichIsNamed() {
        Seeds.of(250, 4_000)
                .forEach(seed -> {
                    var world = world(seed);
                    var items =
                            frames(world, "seg").stream()
                                    .filter(f -> f.path.contains("/data/"))
                                    .filter(f -> head(f) != null)
                                    .toList();
                    var hit = flip(world, items, seed);
                    check(world, seed, head(hit));
                });
    }

    // It is damage, not a format of a later release: nothing may be left aside or begun anew for
    // it.
    @Test
    void aFlippedBitOfAVersionCostsNothing() throws DiskException {
        var world = world(1);
        var disk = world.disk;
        int flipped = 0;
        for (var path : disk.paths()) {
            for (int at : versionsIn(path)) {
                if (path.endsWith(".ring") && disk.bytes(path)[at] == 0) {
                    continue; // a segment of the ring that was not used yet
                }
                assertThat(disk.bytes(path)[at]).as("%s at %d", path, at).isEqualTo((byte) 1);
                for (int bit = 0; bit < Byte.SIZE; bit++) {
                    world.disk = disk.snapshot();
                    world.disk.flip(path, at, 1 << bit);
                    check(world, 1, null);
                    world.store.close();
                    flipped++;
                }
            }
        }
        // Two marks, both headers of a segment of the journal, a segment of each stream.
        assertThat(flipped).isGreaterThanOrEqualTo((2 + 2 + 3) * Byte.SIZE);
    }

    /** Where a file's headers keep the version. */
    private static int[] versionsIn(String path) {
        if (path.contains("/marks-")) {
            return new int[] {Frame.HEADER_BYTES + 4};
        }
        int first = Frame.HEADER_BYTES + 5;
        if (path.endsWith(".ring")) {
            return new int[] {first, Journal.FIRST_FRAME / 2 + first};
        }
        return path.endsWith(".seg") ? new int[] {first} : new int[0];
    }

    private static @Nullable ItemHead head(Place frame) {
        return ItemHead.ofPayload(ByteBuffer.wrap(frame.payload).order(ByteOrder.LITTLE_ENDIAN));
    }

    /** A store that was killed, with sealed items and with samples that only the journal has. */
    private static StoreWorld world(long seed) {
        var world = new StoreWorld(seed, PLENTY_BYTES, StoreConfig.WhenFull.DROP_OLDEST);
        try {
            world.open();
            for (int step = 0; step < 60; step++) {
                world.append(8);
                world.step();
                if (step == 20) {
                    world.store.seal();
                }
            }
            world.commit();
        } catch (DiskException e) {
            throw new AssertionError("seed " + seed, e);
        }
        world.disk = world.disk.afterKill();
        return world;
    }

    private static List<Place> frames(StoreWorld world, String suffix) {
        var places = new ArrayList<Place>();
        for (var path : world.disk.paths()) {
            var bytes = ByteBuffer.wrap(world.disk.bytes(path)).order(ByteOrder.LITTLE_ENDIAN);
            if (path.endsWith(suffix) && bytes.capacity() > Frame.HEADER_BYTES) {
                walk(path, bytes, places);
            }
        }
        return places;
    }

    private static void walk(String path, ByteBuffer bytes, List<Place> places) {
        long base = bytes.getLong(8); // the first frame's position
        int at = suffixFirst(path);
        while (at + Frame.HEADER_BYTES < bytes.capacity()) {
            int length = Frame.lengthAt(bytes, at, base + at);
            if (length < 0
                    || at + Frame.HEADER_BYTES + length > bytes.capacity()
                    || !Frame.isIntact(bytes, at, length)) {
                return;
            }
            var payload = new byte[length];
            bytes.get(at + Frame.HEADER_BYTES, payload);
            places.add(new Place(path, at, Frame.HEADER_BYTES + length, payload));
            at += Frame.sizeOf(length);
        }
    }

    /** The header of a ring segment stands twice and is not flipped here. */
    private static int suffixFirst(String path) {
        return path.endsWith("ring") ? Journal.FIRST_FRAME : 0;
    }

    private static Place flip(StoreWorld world, List<Place> frames, long seed) {
        assertThat(frames).as("seed %d", seed).isNotEmpty();
        var hit = frames.get(world.random.nextInt(frames.size()));
        int offset = hit.offset + world.random.nextInt(hit.length);
        world.disk.flip(hit.path, offset, 1 << world.random.nextInt(8));
        return hit;
    }

    /**
     * Opens the store and looks at everything in it.
     *
     * @param hit the item that may be lost; null where nothing may
     */
    private static void check(StoreWorld world, long seed, @Nullable ItemHead hit) {
        world.damaged = true;
        try {
            world.open();
            world.store.seal();
            readAll(world);
            world.store.commit();
            var view = world.store.view();
            long lost = view.counters().dropped().getOrDefault(DropCause.DAMAGED, 0L);
            for (var kind : StoreCore.SAMPLE_STREAMS) {
                var written = world.samples(kind).subList(0, world.committed(kind));
                var read = new HashSet<>(world.readable(view, kind));
                var gone = new ArrayList<>(written);
                gone.removeIf(read::contains);
                var lossy = kind == StreamKind.DATA ? hit : null;
                assertThat(gone)
                        .as("%s", kind)
                        .hasSizeLessThanOrEqualTo(lossy == null ? 0 : lossy.samples());
                assertThat(written).as("never something else").containsAll(read);
                if (lossy != null) {
                    // What receipts cover was history only.
                    boolean isSafe = view.acknowledged(kind).contains(lossy.sequence());
                    assertThat(lost).as("counted").isEqualTo(isSafe ? 0 : gone.size());
                    assertNamed(view, lossy, lost);
                }
            }
            assertThat(hit == null ? lost : 0).isZero();
            assertThat(view.counters().balanced()).as("%s", view.counters()).isTrue();
        } catch (Exception | AssertionError e) {
            throw new AssertionError("seed " + seed + ": " + e, e);
        }
    }

    /** As the sender and whoever looks at history do. */
    private static void readAll(StoreWorld world) throws Exception {
        var view = world.store.view();
        for (var kind : StreamKind.values()) {
            for (var range : view.held(kind).ranges()) {
                for (long n = range.from(); n <= range.to(); n++) {
                    if (view.read(kind, n).isEmpty()) {
                        world.store.unreadable(kind, n);
                    }
                }
            }
        }
        world.store.seal();
    }

    private static void assertNamed(StoreView view, ItemHead hit, long samples) throws Exception {
        if (samples == 0) {
            return;
        }
        var drops = new ArrayList<Drop>();
        for (var range : view.held(StreamKind.EVENTS).ranges()) {
            for (long n = range.from(); n <= range.to(); n++) {
                var item = EventItem.decode(view.read(StreamKind.EVENTS, n).orElseThrow());
                var event = item.orElseThrow().event();
                // The world's own events have payloads that are none.
                if (event.type().equals("drop") && Payloads.of(event) instanceof Drop drop) {
                    drops.add(drop);
                }
            }
        }
        assertThat(drops)
                .filteredOn(d -> d.cause().equals(DropCause.DAMAGED.text()))
                .singleElement()
                .satisfies(d -> {
                    assertThat(d.stream()).isEqualTo(StreamKind.DATA);
                    assertThat(d.fromSequence()).isEqualTo(hit.sequence());
                    assertThat(d.toSequence()).isEqualTo(hit.sequence());
                    assertThat(d.samples()).isEqualTo(samples);
                });
    }
}
