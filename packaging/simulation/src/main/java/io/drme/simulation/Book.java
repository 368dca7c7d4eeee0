package io.drme.simulation;

import static io.drme.simulation.BrokenInvariant.require;

import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.simulation.Samples.Sample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was ever accepted under one gateway's name, by whichever machine: the promise that the
 * centre is held to.
 */
final class Book {
    final GatewayId gateway;
    private final Map<Long, Entry> samples = new LinkedHashMap<>();
    private final Map<String, Entry> transitions = new LinkedHashMap<>();
    private long accepted;
    private boolean isForked;

    Book(GatewayId gateway) {
        this.gateway = gateway;
    }

    /** A sample or a transition that was accepted. */
    static final class Entry {
        final String what;

        /** Where it was framed. */
        final List<Place> places = new ArrayList<>(1);

        /** Whose machine accepted it last. */
        String machine;

        /** When, in the order of all that were accepted. */
        long ordinal;

        /** Why it need not arrive any more: what a person did away with. */
        @Nullable String excused;

        /**
         * In how many directories it was committed and not framed yet when they were copied from
         * each other, and one more: each frames it in a block of its own.
         */
        int copies = 1;

        /** How often it was accepted: a date that stands still gives equal transitions. */
        int times;

        /** Whether the centre held it once and lost it by a restore. */
        boolean lostByRestore;

        Entry(String what, String machine) {
            this.what = what;
            this.machine = machine;
        }
    }

    /** Takes a sample that a commit made durable on a machine. */
    void accept(Sample sample, String machine) {
        var known =
                samples.computeIfAbsent(
                        sample.id(),
                        _ -> new Entry("%s @%d".formatted(sample.tag(), sample.stamp()), machine));
        accept(known, machine);
    }

    /** Takes a transition of an alarm that somebody was told of, or that is on record. */
    void acceptTransition(String transition, String machine) {
        accept(transitions.computeIfAbsent(transition, t -> new Entry(t, machine)), machine);
    }

    private void accept(Entry entry, String machine) {
        entry.machine = machine;
        entry.times++;
        entry.ordinal = ++accepted;
        entry.excused = null;
    }

    /** The greatest ordinal so far. */
    long ordinal() {
        return accepted;
    }

    Optional<Entry> sample(long id) {
        return Optional.ofNullable(samples.get(id));
    }

    Optional<Entry> transition(String transition) {
        return Optional.ofNullable(transitions.get(transition));
    }

    /** Notes where a sample was framed. */
    void placed(Sample sample, Place place) {
        var entry = samples.get(sample.id());
        require(
                entry != null,
                "%s: %s @%d is in block %s but was never accepted",
                gateway,
                sample.tag(),
                sample.stamp(),
                place);
        if (entry != null && !entry.places.contains(place)) {
            entry.places.add(place);
        }
    }

    /** Notes where a transition was framed. */
    void placed(String transition, Place place) {
        var entry = transitions.get(transition);
        if (entry != null && !entry.places.contains(place)) {
            entry.places.add(place);
        }
    }

    /**
     * What a machine lost in an epoch that it left came along as lost, under a number of the new
     * one.
     */
    void carried(String machine, StreamKind kind, Carried lost, Place now) {
        var entries = kind == StreamKind.DATA ? samples : transitions;
        for (var entry : entries.values()) {
            if (entry.machine.equals(machine)
                    && entry.places.stream().anyMatch(lost::contains)
                    && !entry.places.contains(now)) {
                entry.places.add(now);
            }
        }
    }

    /** Numbers that were lost in an epoch. */
    record Carried(EpochId epoch, long from, long to) {
        boolean contains(Place place) {
            return place.epoch().equals(epoch)
                    && place.sequence() >= from
                    && place.sequence() <= to;
        }
    }

    /**
     * Somebody did away with what a machine accepted: it need not arrive any more.
     *
     * @param afterOrdinal what was accepted later than this one
     */
    void excuse(String machine, long afterOrdinal, String why) {
        isForked = true;
        for (var all : List.of(samples.values(), transitions.values())) {
            for (var entry : all) {
                if (entry.machine.equals(machine) && entry.ordinal > afterOrdinal) {
                    entry.excused = why;
                }
            }
        }
    }

    /** Whether the directory was copied or restored, so that a number may stand for two blocks. */
    boolean isForked() {
        return isForked;
    }

    Map<Long, Entry> samples() {
        return samples;
    }

    Map<String, Entry> transitions() {
        return transitions;
    }
}
