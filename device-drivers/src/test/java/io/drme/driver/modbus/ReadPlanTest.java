package io.drme.driver.modbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReadPlanTest {
    private static ModbusAddress at(Area area, int start, DataType type) {
        return new ModbusAddress(
                area,
                start,
                -1,
                type,
                Order.ABCD,
                type.bytes(),
                ModbusAddress.ALL_BITS,
                List.of(),
                false,
                Map.of(),
                false);
    }

    private static ReadPlan plan(int mergeGap, int maxRegisters, ModbusAddress... tags) {
        var members = new ArrayList<ReadPlan.Member>();
        for (var tag : tags) {
            members.add(new ReadPlan.Member(tag, members.size()));
        }
        return new ReadPlan(members, mergeGap, maxRegisters);
    }

    private static ModbusAddress[] registers(int... starts) {
        return IntStream.of(starts)
                .mapToObj(s -> at(Area.HOLDING, s, DataType.UINT16))
                .toArray(ModbusAddress[]::new);
    }

    private static List<String> blocks(ReadPlan plan) {
        return plan.blocks().stream()
                .map(b -> "%s:%d+%d".formatted(b.area().text(), b.start(), b.count()))
                .toList();
    }

    @Test
    void neighboursShareARequestWhateverTheirOrderInTheFile() {
        assertThat(blocks(plan(0, 125, registers(3, 1, 2)))).containsExactly("holding:1+3");
    }

    @Test
    void aSmallGapIsReadAlongAndALargeOneIsNot() {
        assertThat(blocks(plan(4, 125, registers(0, 5, 11))))
                .containsExactly("holding:0+6", "holding:11+1");
    }

    @Test
    void areasAreNeverMixed() {
        assertThat(
                        blocks(
                                plan(
                                        16,
                                        125,
                                        at(Area.INPUT, 1, DataType.UINT16),
                                        at(Area.HOLDING, 2, DataType.UINT16),
                                        at(Area.COIL, 3, DataType.BOOL),
                                        at(Area.DISCRETE, 4, DataType.BOOL))))
                .containsExactlyInAnyOrder("input:1+1", "holding:2+1", "coil:3+1", "discrete:4+1");
    }

    @Test
    void bitsOfOneRegisterAreReadOnce() {
        assertThat(blocks(plan(0, 125, registers(10, 10, 10)))).containsExactly("holding:10+1");
    }

    @Test
    void noRequestExceedsTheProtocol() {
        assertThat(blocks(plan(0, 125, registers(IntStream.range(0, 300).toArray()))))
                .containsExactly("holding:0+125", "holding:125+125", "holding:250+50");
        var coils =
                IntStream.range(0, 4500)
                        .mapToObj(i -> at(Area.COIL, i, DataType.BOOL))
                        .toArray(ModbusAddress[]::new);
        assertThat(blocks(plan(0, 125, coils)))
                .containsExactly("coil:0+2000", "coil:2000+2000", "coil:4000+500");
    }

    @Test
    void aValueIsNeverTornOverTwoRequests() {
        var wide =
                IntStream.range(0, 60)
                        .mapToObj(i -> at(Area.HOLDING, 4 * i, DataType.UINT64))
                        .toArray(ModbusAddress[]::new);
        assertThat(blocks(plan(0, 125, wide))).containsExactly("holding:0+124", "holding:124+116");
    }

    // One hole among a hundred registers must cost one request more, and not one a tag.
    @Test
    void aRefusedTagIsLeftOutAndItsNeighboursStayTogether() {
        var plan = plan(0, 125, registers(IntStream.range(0, 100).toArray()));
        var present =
                IntStream.range(0, 100).filter(i -> i != 37).boxed().collect(Collectors.toSet());
        poll(plan, present, new HashSet<>());
        assertThat(blocks(plan)).containsExactly("holding:0+37", "holding:38+62");
        assertThat(plan.refused()).containsExactly(Map.entry(37, Reason.UNKNOWN_ADDRESS));
    }

    @Test
    void aGapThatTheDeviceLacksIsNoLongerReadAlong() {
        var plan = plan(16, 125, registers(0, 1, 2, 9, 10, 14));
        poll(plan, Set.of(0, 1, 2, 9, 10, 11, 12, 13, 14), new HashSet<>());
        assertThat(blocks(plan)).containsExactly("holding:0+3", "holding:9+6");
        assertThat(plan.refused()).isEmpty();
    }

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 200);
    }

    /** Plays a device that has only some registers; returns how many requests a poll took. */
    private static int poll(ReadPlan plan, Set<Integer> present, Set<Integer> good) {
        var work = new ArrayDeque<>(plan.blocks());
        int requests = 0;
        int before = plan.refused().size();
        boolean cut = false;
        while (!work.isEmpty()) {
            var block = work.pop();
            requests++;
            boolean all =
                    IntStream.range(block.start(), block.start() + block.count())
                            .allMatch(present::contains);
            if (all) {
                for (int i = block.first(); i <= block.last(); i++) {
                    good.add(plan.member(i).tableIndex());
                }
            } else if (block.first() == block.last()) {
                plan.refuse(block.first(), Reason.UNKNOWN_ADDRESS);
            } else {
                cut = true;
                plan.split(block).reversed().forEach(work::push);
            }
        }
        if (cut || plan.refused().size() > before) {
            plan.settle(plan.refused().size() > before);
        }
        return requests;
    }

    // Devices have holes, in tags and in the gaps between: every tag that is there must be read at
    // the first poll already, and soon without a refused request.
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyTagThatTheDeviceHasIsReadAtEveryPoll(long seed) {
        var random = new Random(seed);
        var present = new HashSet<Integer>();
        for (int i = 0; i < 400; i++) {
            if (random.nextInt(100) < 97) {
                present.add(i);
            }
        }
        var tags = new ArrayList<ModbusAddress>();
        for (int i = 0; i < 80; i++) {
            var type = random.nextBoolean() ? DataType.UINT16 : DataType.FLOAT32;
            tags.add(at(Area.HOLDING, random.nextInt(398), type));
        }
        var plan = plan(random.nextInt(10), 125, tags.toArray(ModbusAddress[]::new));
        var expected = new HashSet<Integer>();
        for (int i = 0; i < tags.size(); i++) {
            var tag = tags.get(i);
            if (IntStream.range(tag.start(), tag.end()).allMatch(present::contains)) {
                expected.add(i);
            }
        }
        int requests = 0;
        for (int i = 0; i < 12; i++) {
            var good = new HashSet<Integer>();
            requests = poll(plan, present, good);
            assertThat(good).as("poll %d", i).isEqualTo(expected);
        }
        assertThat(requests).as("learned").isEqualTo(plan.blocks().size());
        plan.forget();
        assertThat(plan.hasLearned()).isFalse();
    }
}
