package io.drme.driver.modbus;

import io.drme.model.Reason;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Which requests read the tags of one poll group: neighbours share one, small gaps are read along.
 * It learns which addresses the device refuses: a refused request is cut in two until the culprit
 * is alone, which is then left out, so that its neighbours stay good and cheap. What was learned is
 * forgotten now and then, for the device may have changed. Confined to its driver's owner.
 */
final class ReadPlan {
    /**
     * One request and what it is for.
     *
     * @param first index of its first tag in the plan's order
     * @param last index of its last, inclusive
     * @param start address of the first register or bit
     * @param count of registers or bits
     */
    record Block(Area area, int first, int last, int start, int count) {}

    /** One tag in the plan's order. */
    record Member(ModbusAddress address, int tableIndex) {}

    private final List<Member> members;
    private final int mergeGap;
    private final int maxRegisters;
    private final Map<Integer, Reason> refused = new TreeMap<>();
    private final BitSet cuts = new BitSet();
    private List<Block> blocks = List.of();

    ReadPlan(List<Member> tags, int mergeGap, int maxRegisters) {
        this.members =
                tags.stream()
                        .sorted(
                                Comparator.comparing((Member m) -> m.address().area())
                                        .thenComparingInt(m -> m.address().start())
                                        .thenComparingInt(m -> m.address().end()))
                        .toList();
        this.mergeGap = mergeGap;
        this.maxRegisters = maxRegisters;
        rebuild();
    }

    /** The requests of one poll. */
    List<Block> blocks() {
        return blocks;
    }

    /** The tag at an index of the plan's order. */
    Member member(int index) {
        return members.get(index);
    }

    /** The tags that are not asked for, with the reason. */
    Map<Integer, Reason> refused() {
        return refused;
    }

    /** Whether anything was learned that may be forgotten. */
    boolean hasLearned() {
        return !refused.isEmpty() || !cuts.isEmpty();
    }

    /** Begins anew, as if the device had never refused anything. */
    void forget() {
        refused.clear();
        cuts.clear();
        rebuild();
    }

    /** Leaves out a tag that the device refused when it was asked for alone. */
    void refuse(int index, Reason reason) {
        refused.put(index, reason);
    }

    /**
     * Cuts a refused request in two, at its largest gap or else in the middle: a gap that the
     * device lacks is found at the first cut. The cut stays until {@link #settle}.
     */
    List<Block> split(Block block) {
        int at = block.first() + (block.last() - block.first() + 1) / 2;
        int widest = 0;
        int end = members.get(block.first()).address().end();
        for (int i = block.first() + 1; i <= block.last(); i++) {
            var address = members.get(i).address();
            if (address.start() - end > widest) {
                widest = address.start() - end;
                at = i;
            }
            end = Math.max(end, address.end());
        }
        cuts.set(at);
        return List.of(
                block(block.area(), block.first(), at - 1), block(block.area(), at, block.last()));
    }

    /**
     * Ends a poll in which requests were cut. Where culprits were found, the cuts that served to
     * find them are undone; where there were none, the gaps between were the culprits, and stay.
     */
    void settle(boolean culpritsFound) {
        if (culpritsFound) {
            cuts.clear();
        }
        rebuild();
    }

    private void rebuild() {
        var planned = new ArrayList<Block>();
        int first = -1;
        int end = 0;
        for (int i = 0; i < members.size(); i++) {
            if (refused.containsKey(i)) {
                close(planned, first, i - 1);
                first = -1;
                continue;
            }
            var address = members.get(i).address();
            if (first >= 0 && !joins(members.get(first).address(), end, address, i)) {
                close(planned, first, i - 1);
                first = -1;
            }
            end = first < 0 ? address.end() : Math.max(end, address.end());
            first = first < 0 ? i : first;
        }
        close(planned, first, members.size() - 1);
        blocks = List.copyOf(planned);
    }

    private boolean joins(ModbusAddress first, int end, ModbusAddress next, int index) {
        boolean bits = next.area().isBits();
        int most = bits ? Area.MOST_BITS : maxRegisters;
        int gap = bits ? mergeGap * Short.SIZE : mergeGap;
        return next.area() == first.area()
                && !cuts.get(index)
                && next.start() - end <= gap
                && Math.max(end, next.end()) - first.start() <= most;
    }

    private void close(List<Block> planned, int first, int last) {
        if (first >= 0) {
            planned.add(block(members.get(first).address().area(), first, last));
        }
    }

    private Block block(Area area, int first, int last) {
        int start = members.get(first).address().start();
        int end =
                IntStream.rangeClosed(first, last)
                        .map(i -> members.get(i).address().end())
                        .max()
                        .orElse(start);
        return new Block(area, first, last, start, end - start);
    }
}
