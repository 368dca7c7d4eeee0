package io.drme.testing.independent;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** In which order the ticks of a block arrived, and the samples of each. */
final class Arrival {
    /** A tick by its group and its place there, with its samples in order of series. */
    private record Tick(int groupIndex, Block.Group group, int index, List<Sample> samples) {
        long gatewayTime() {
            return group.gatewayTimes[index];
        }
    }

    private record Sample(Block.Series series, int at) {}

    private final List<Tick> ticks = new ArrayList<>();

    Arrival(Block block, Cursor orderOfTicks, Cursor orderOfSamples) {
        var byGroup = new ArrayList<List<Tick>>();
        for (int g = 0; g < block.groups.size(); g++) {
            var group = block.groups.get(g);
            var mine = new ArrayList<Tick>();
            for (int i = 0; i < group.ticks; i++) {
                mine.add(new Tick(g, group, i, new ArrayList<>()));
            }
            byGroup.add(mine);
        }
        for (var series : block.series) {
            for (int i = 0; i < series.count; i++) {
                byGroup.get(series.group).get(series.ticks[i]).samples.add(new Sample(series, i));
            }
        }
        byGroup.forEach(ticks::addAll);
        Malformed.unless(ticks.size() == block.header.ticks(), ticks.size() + " ticks");
        if (orderOfTicks.left() == 0) {
            ticks.sort(
                    Comparator.comparingLong(
                                    (Tick t) -> t.gatewayTime() ^ Long.MIN_VALUE) // unsigned
                            .thenComparingInt(Tick::groupIndex));
        } else {
            block.met.add("order of ticks");
            var groups = new Integers(block.met).read(orderOfTicks, ticks.size());
            orderOfTicks.end("order of ticks");
            ticks.clear();
            for (long group : groups) {
                ticks.add(byGroup.get((int) group).removeFirst());
            }
        }
        if (orderOfSamples.left() > 0) {
            block.met.add("order of samples");
            reorder(new Integers(block.met), orderOfSamples);
        }
    }

    private void reorder(Integers integers, Cursor in) {
        var moved = new ArrayList<Tick>();
        int at = 0;
        int samples = 0;
        for (int left = in.count(ticks.size()); left > 0; left--) {
            at += in.count(ticks.size());
            Malformed.unless(at < ticks.size(), "a tick " + at);
            moved.add(ticks.get(at));
            samples += ticks.get(at).samples.size();
        }
        var places = integers.read(in, samples);
        in.end("order of samples");
        int i = 0;
        for (var tick : moved) {
            var inOrder = List.copyOf(tick.samples);
            for (int n = 0; n < inOrder.size(); n++) {
                tick.samples.set(n, inOrder.get((int) places[i++]));
            }
        }
    }

    List<String> lines() {
        var lines = new ArrayList<String>();
        for (var tick : ticks) {
            var line =
                    new TickLine(
                            tick.group.number, tick.gatewayTime(), tick.group.outcomes[tick.index]);
            for (var sample : tick.samples) {
                var series = sample.series;
                int at = sample.at;
                line.add(
                        series.name(),
                        series.times[at],
                        series.qualities[at],
                        series.bits[at],
                        series.texts[at]);
            }
            lines.add(line.toString());
        }
        return lines;
    }
}
