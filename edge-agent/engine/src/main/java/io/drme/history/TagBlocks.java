package io.drme.history;

import io.drme.block.BadBlockException;
import io.drme.block.BlockReader;
import io.drme.block.SeriesColumns;
import io.drme.model.EpochId;
import io.drme.model.TagName;
import io.drme.sync.RangeSet;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Feeds {@link Gaps} with the samples of one tag and the polls of its group, block by block in the
 * gateway's order: also of blocks in which the tag has no sample, as its polls are there.
 *
 * <p>Confined to its owner.
 */
public final class TagBlocks {
    private static final int NO_GROUP = -1;

    private final TagName tag;
    private final Gaps gaps;
    private final Absent absent;
    private final ClockLine clock;
    private final ToLongFunction<EpochId> epochs;
    private final SeriesColumns columns = new SeriesColumns();
    private int group = NO_GROUP;
    private @Nullable EpochId epoch;
    private long sequence;

    /** Knows why blocks are not there. */
    @FunctionalInterface
    public interface Absent {
        /** The reason, one of the constants of {@link Gaps}; absent where there is none. */
        Optional<Why> why(EpochId epoch, RangeSet sequences);
    }

    /**
     * A reason for what is not there.
     *
     * @param reason of {@link Gaps}: dropped, thinned, damaged, uplink down or expired
     * @param detail more, for a person
     */
    public record Why(String reason, String detail) {}

    /**
     * Feeds these gaps with what is there of that tag.
     *
     * @param clock how its times are to be read
     * @param epochs the place of an epoch, as the clock knows it
     */
    public TagBlocks(
            TagName tag,
            Gaps gaps,
            Absent absent,
            ClockLine clock,
            ToLongFunction<EpochId> epochs) {
        this.tag = tag;
        this.gaps = gaps;
        this.absent = absent;
        this.clock = clock;
        this.epochs = epochs;
    }

    /**
     * Takes the next block.
     *
     * @param present the blocks of its epoch that are fed, all in all: whatever lacks between two
     *     of them may hold polls
     * @throws BadBlockException where it can't be read; what was fed of it stays
     */
    public void block(BlockReader block, RangeSet present) throws BadBlockException {
        var header = block.header();
        if (epoch != null && !header.epoch().equals(epoch)) {
            gaps.ticksMissing();
            sequence = 0;
        } else if (header.sequence() > sequence + 1) {
            long first = epoch == null ? header.sequence() - 1 : sequence + 1;
            missing(header.epoch(), RangeSet.of(first, header.sequence() - 1).minus(present));
        }
        samples(block);
        ticks(block);
        epoch = header.epoch();
        sequence = Math.max(sequence, header.sequence());
    }

    /**
     * Looks for the tag's poll group in a block to come, as the first ones may have its polls but
     * no sample of it.
     *
     * @return whether it is known now
     */
    public boolean findGroup(BlockReader block) {
        if (group == NO_GROUP) {
            var found = block.seriesOf(tag);
            if (found.length > 0) {
                group = block.groupNumber(block.series().get(found[0]).group());
            }
        }
        return group != NO_GROUP;
    }

    private void missing(EpochId of, RangeSet sequences) {
        if (!sequences.isEmpty()) {
            gaps.ticksMissing();
            absent.why(of, sequences).ifPresent(why -> gaps.absent(why.reason(), why.detail()));
        }
    }

    private void samples(BlockReader block) throws BadBlockException {
        for (int index : block.seriesOf(tag)) {
            block.decode(index, columns);
            clock.correct(epochs.applyAsLong(block.header().epoch()), columns);
            for (int i = 0; i < columns.size(); i++) {
                gaps.sample(columns.sourceTimes()[i], columns.qualities()[i]);
            }
        }
    }

    /** A tag keeps its group until a configuration gives it another. */
    private void ticks(BlockReader block) throws BadBlockException {
        var numbers = new LinkedHashSet<Integer>();
        numbers.add(group);
        Arrays.stream(block.seriesOf(tag))
                .map(index -> block.groupNumber(block.series().get(index).group()))
                .forEach(numbers::add);
        group = numbers.getLast();
        long place = epochs.applyAsLong(block.header().epoch());
        for (int number : numbers) {
            for (int i = 0; i < block.groups(); i++) {
                if (block.groupNumber(i) == number) {
                    var ticks = block.ticks(i);
                    for (int at = 0; at < ticks.size(); at++) {
                        gaps.tick(
                                clock.timeOf(place, ticks.gatewayTimes()[at]),
                                ticks.outcomes()[at]);
                    }
                }
            }
        }
    }
}
