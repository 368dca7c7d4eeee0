package io.drme.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HandoverTest {
    private record Item(int tag, int number) {}

    private static final Duration NOW = Duration.ZERO;

    @Test
    void whatFitsComesWholeAndInOrder() throws Exception {
        var handover = new Handover<Item>(4, Item::tag);
        handover.deliver(List.of(new Item(1, 1), new Item(2, 1)));
        handover.deliver(List.of(new Item(1, 2)));
        assertThat(handover.take(NOW))
                .containsExactly(new Item(1, 1), new Item(2, 1), new Item(1, 2));
        assertThat(handover.take(NOW)).isEmpty();
        assertThat(handover.replaced()).isZero();
    }

    @Test
    void whatDoesNotFitKeepsTheNewestOfEachTagAndIsCounted() throws Exception {
        var handover = new Handover<Item>(1, Item::tag);
        for (int i = 0; i < 5; i++) {
            handover.deliver(List.of(new Item(1, i), new Item(2, i)));
        }
        assertThat(handover.take(NOW))
                .as("the newest needs no sign of life to come")
                .containsExactly(new Item(1, 0), new Item(2, 0), new Item(1, 4), new Item(2, 4));
        assertThat(handover.take(NOW)).isEmpty();
        assertThat(handover.replaced()).isEqualTo(6);
    }

    // Whatever the pace, a tag never goes back, its newest arrives, and lost + taken = given.
    @Test
    void orderNewestAndCountHoldAtAnyPace() throws Exception {
        for (long seed = 1; seed <= 500; seed++) {
            var random = new SplittableRandom(seed);
            var handover = new Handover<Item>(random.nextInt(1, 4), Item::tag);
            var newest = new HashMap<Integer, Integer>();
            var taken = new ArrayList<Item>();
            int given = 0;
            for (int i = 0; i < 200; i++) {
                if (random.nextInt(3) == 0) {
                    taken.addAll(handover.take(NOW));
                } else {
                    var item = new Item(random.nextInt(5), i);
                    newest.put(item.tag(), i);
                    handover.deliver(List.of(item));
                    given++;
                }
            }
            for (int i = 0; i < 3; i++) {
                taken.addAll(handover.take(NOW));
                handover.flush();
            }
            assertThat(taken.size() + handover.replaced()).as("seed %d", seed).isEqualTo(given);
            var last = new HashMap<Integer, Integer>();
            for (var item : taken) {
                assertThat(item.number())
                        .as("seed %d", seed)
                        .isGreaterThan(last.getOrDefault(item.tag(), -1));
                last.put(item.tag(), item.number());
            }
            assertThat(last).as("seed %d", seed).isEqualTo(newest);
        }
    }

    // Between the flush and the offer of a delivery the owner may make room: no newer arrival may
    // slip past what is held.
    @Test
    void orderHoldsBetweenTwoThreads() throws Exception {
        int items = 200_000;
        var handover = new Handover<Item>(2, Item::tag);
        var producer =
                Thread.ofPlatform()
                        .name("producer")
                        .start(() -> {
                            for (int i = 0; i < items; i++) {
                                handover.deliver(List.of(new Item(i % 3, i)));
                            }
                        });
        var last = new HashMap<Integer, Integer>();
        long taken = 0;
        boolean more = true;
        while (more) {
            more = producer.isAlive();
            for (var item : handover.take(NOW)) {
                assertThat(item.number()).isGreaterThan(last.getOrDefault(item.tag(), -1));
                last.put(item.tag(), item.number());
                taken++;
            }
        }
        producer.join();
        for (int i = 0; i < 3; i++) {
            handover.flush();
            for (var item : handover.take(NOW)) {
                assertThat(item.number()).isGreaterThan(last.getOrDefault(item.tag(), -1));
                last.put(item.tag(), item.number());
                taken++;
            }
        }
        assertThat(last.values()).containsExactlyInAnyOrder(items - 1, items - 2, items - 3);
        assertThat(taken + handover.replaced()).isEqualTo(items);
    }
}
