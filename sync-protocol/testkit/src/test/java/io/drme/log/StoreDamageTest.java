package io.drme.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.StreamKind;
import io.drme.schema.BadEventException;
import io.drme.schema.Drop;
import io.drme.schema.EventSchema;
import io.drme.schema.Payloads;
import io.drme.schema.Refusal;
import io.drme.testing.Seeds;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Bits flip, and files are cut off, behind the store's back, in any file. It still opens; what it
 * gives is what was written, or nothing, never something else; what is gone is counted exactly.
 */
class StoreDamageTest {
    private static final long PLENTY_BYTES = 64 << 20;

    @Test
    void aFlippedBitInAnyFileIsNeverAWrongValue() {
        Seeds.of(380, 4_000)
                .forEach(seed -> {
                    var world = world(seed);
                    var path = anyFile(world);
                    int offset = world.random.nextInt(world.disk.bytes(path).length);
                    world.disk.flip(path, offset, 1 << world.random.nextInt(8));
                    check(world, seed, path + " at " + offset);
                });
    }

    @Test
    void aFileThatIsCutOffIsNeverAWrongValue() {
        Seeds.of(120, 1_000)
                .forEach(seed -> {
                    var world = world(seed);
                    var path = anyFile(world);
                    int length = world.random.nextInt(world.disk.bytes(path).length);
                    world.disk.cutOff(path, length);
                    check(world, seed, path + " cut to " + length);
                });
    }

    /** A store that was killed somewhere, mostly with samples that only the journal has. */
    private static StoreWorld world(long seed) {
        var world = new StoreWorld(seed, PLENTY_BYTES, StoreConfig.WhenFull.DROP_OLDEST);
        try {
            world.open();
            for (int step = 0; step < 60; step++) {
                world.append(8);
                world.step();
            }
            world.commit();
            if (world.random.nextInt(4) == 0) {
                world.store.close();
            }
        } catch (DiskException e) {
            throw new AssertionError("seed " + seed, e);
        }
        world.disk = world.disk.afterKill();
        return world;
    }

    private static String anyFile(StoreWorld world) {
        var paths =
                world.disk.paths().stream().filter(p -> world.disk.bytes(p).length > 0).toList();
        return paths.get(world.random.nextInt(paths.size()));
    }

    private static void check(StoreWorld world, long seed, String where) {
        world.damaged = true;
        try {
            world.open();
            var view = world.store.view();
            for (var kind : StreamKind.values()) {
                var written = new HashSet<>(world.samples(kind));
                var read = world.readable(view, kind);
                assertThat(new HashSet<>(read)).as("each once").hasSameSizeAs(read);
                assertThat(written).as("%s: as written", kind).containsAll(withoutDrops(read));
            }
            assertThat(view.counters().balanced()).as("%s", view.counters()).isTrue();
            assertThat(told(view)).as("what is gone is told to the sample").isEqualTo(lost(view));
            world.append(5);
            world.store.seal();
            world.disk = world.disk.afterKill();
            world.open();
            assertThat(world.store.counters().balanced()).isTrue();
        } catch (Exception | AssertionError e) {
            throw new AssertionError("seed " + seed + ", " + where + ": " + e, e);
        }
    }

    private static long lost(StoreView view) {
        return view.counters().dropped().getOrDefault(DropCause.DAMAGED, 0L);
    }

    private static final Set<String> LOSSES =
            Set.of(EventSchema.DROP.type(), EventSchema.REFUSAL.type());

    /** Samples by the events that name them. */
    private static long told(StoreView view) throws BadEventException {
        long samples = 0;
        for (var range : view.held(StreamKind.EVENTS).ranges()) {
            for (long n = range.from(); n <= range.to(); n++) {
                var item = view.read(StreamKind.EVENTS, n).flatMap(EventItem::decode);
                if (item.isPresent() && LOSSES.contains(item.get().event().type())) {
                    samples += samples(item.get());
                }
            }
        }
        return samples;
    }

    private static long samples(EventItem item) throws BadEventException {
        return switch (Payloads.of(item.event())) {
            case Drop drop when drop.stream() != StreamKind.EVENTS -> drop.samples();
            case Refusal refusal -> refusal.samples();
            default -> 0;
        };
    }

    private static Iterable<String> withoutDrops(Iterable<String> events) {
        var others = new HashSet<String>();
        events.forEach(text -> {
            if (!text.startsWith("drop ") && !text.startsWith("refusal ")) {
                others.add(text);
            }
        });
        return others;
    }
}
