package io.drme.edge;

import io.drme.alarm.Transition;
import io.drme.config.InvalidConfigException;
import io.drme.edge.acquisition.Acquisition;
import io.drme.edge.acquisition.Plan;
import io.drme.edge.acquisition.Recording;
import io.drme.edge.acquisition.Restart;
import io.drme.edge.config.GatewayConfig;
import io.drme.edge.recording.AlarmBook;
import io.drme.edge.recording.ClockBook;
import io.drme.edge.recording.CommandsDone;
import io.drme.edge.recording.LogTail;
import io.drme.edge.recording.Recorder;
import io.drme.edge.state.OperatorState;
import io.drme.log.Store;
import io.drme.model.Batch;
import io.drme.schema.GatewayLife;
import io.drme.schema.Payloads;
import io.drme.time.Clock;
import io.drme.time.Hlc;
import io.drme.time.HybridClock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts between devices and disk, wired over a store that was just opened. Nothing in it has a
 * thread: {@link Agent} gives each part its own, a simulation steps them all on one.
 *
 * @param made what acquisition hands on
 * @param taken what the recorder takes; the same queue, unless somebody looks in between
 * @param ready the configuration, placed and where the last run left it
 * @param restart how it got there
 */
record Wiring(
        Parts parts,
        ArrayBlockingQueue<Recording> made,
        ArrayBlockingQueue<Recording> taken,
        Layout.Ready ready,
        Restart restart) {
    private static final Logger log = LoggerFactory.getLogger(Wiring.class);

    /** What the rest of the agent works with. */
    record Parts(
            Clock clock,
            Path directory,
            ArrayBlockingQueue<Batch> in,
            Acquisition acquisition,
            Recorder recorder,
            AlarmBook alarmBook,
            CommandsDone commandsDone,
            long bootCount) {}

    /**
     * What is to run, and where.
     *
     * @param file names the configuration in messages
     */
    record Place(GatewayConfig config, Path directory, Path file, Layout layout, Clock clock) {}

    /**
     * Wires a gateway and records its start.
     *
     * @param store owned by the recorder from now on
     * @param state finds the last snapshot of operator state
     * @throws InvalidConfigException where the configuration does not fit together
     */
    static Wiring of(Place place, Store store, Supplier<Optional<OperatorState>> state)
            throws InvalidConfigException {
        var queue = new ArrayBlockingQueue<Recording>(Recorder.QUEUE_RECORDINGS);
        return of(place, store, state, queue, queue);
    }

    /** As above, with somebody between acquisition and recorder who moves recordings over. */
    static Wiring of(
            Place place,
            Store store,
            Supplier<Optional<OperatorState>> state,
            ArrayBlockingQueue<Recording> made,
            ArrayBlockingQueue<Recording> taken)
            throws InvalidConfigException {
        var config = place.config();
        var clock = place.clock();
        var placed = place.layout().placeAnyway(config, place.file().toString());
        logRecovery(store);
        var commandsDone = new CommandsDone();
        var clocks = new ClockBook();
        var starts = new ArrayList<StateReplay.Start>();
        var alarmBook =
                AlarmBook.of(
                        store.view(),
                        item -> {
                            commandsDone.see(item);
                            clocks.see(item);
                            StateReplay.startOf(item).ifPresent(starts::add);
                        });
        var hlc = store.stamps();
        long now = Hlc.epochNanos(hlc.next());
        var restored =
                new Restoration(
                                new LogTail(store, Layout.DERIVED_GROUP),
                                alarmBook.recorded(),
                                starts,
                                clock,
                                now,
                                StateReplay.MOST_SAMPLES)
                        .run(
                                placed,
                                state,
                                () -> place.layout().placeAnyway(config, place.file().toString()));
        var ready = restored.ready();
        if (StateDesk.hasState(ready.plan())) {
            store.needEventsSince(Long.MIN_VALUE); // until the first snapshot of this run
        }
        StateDesk.noLongerConfigured(alarmBook, ready.plan(), now).ifPresent(made::add);
        recordStart(store, config.gateway()); // before what is made again: see StateReplay
        var in = new ArrayBlockingQueue<Batch>(Acquisition.IN_QUEUE_BATCHES);
        var acquisition = new Acquisition(clock, hlc, in, made, ready.plan());
        long bootCount = store.bootCount();
        var recorder =
                new Recorder(
                        store, taken, clock, config.store().syncEvery(), alarmBook::take, clocks);
        for (var results : restored.left()) {
            hand(recording(results, ready.plan(), hlc), made, taken, recorder);
        }
        return new Wiring(
                new Parts(
                        clock,
                        place.directory(),
                        in,
                        acquisition,
                        recorder,
                        alarmBook,
                        commandsDone,
                        bootCount),
                made,
                taken,
                ready,
                restored.restart());
    }

    /** Hands it on; as nobody takes anything yet, what stands before it is recorded for room. */
    private static void hand(
            Recording recording,
            ArrayBlockingQueue<Recording> made,
            ArrayBlockingQueue<Recording> taken,
            Recorder recorder) {
        try {
            while (!made.offer(recording)) {
                passOn(made, taken);
                recorder.step(0);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the gateway started", e);
        }
    }

    @SuppressWarnings("ReferenceEquality") // in the program both are one queue, in a simulation two
    private static void passOn(
            ArrayBlockingQueue<Recording> made, ArrayBlockingQueue<Recording> taken) {
        if (made != taken) {
            made.drainTo(taken, taken.remainingCapacity());
        }
    }

    /** Results of before a kill, as if they had come now. */
    private static Recording recording(Batch results, Plan plan, HybridClock stamps) {
        results.stamp(Layout.DERIVED_GROUP, stamps.next());
        var transitions = new ArrayList<Transition>();
        plan.alarms().process(results, transitions::add);
        return new Recording(
                Optional.empty(),
                results,
                plan.pipelines().table(),
                0,
                0,
                List.of(),
                transitions,
                () -> {});
    }

    private static void logRecovery(Store store) {
        var found = store.recovery();
        found.damages().forEach(d -> log.warn("store damage={}", d));
        log.info(
                "store epoch={} boot={} clean={} recovered-samples={}",
                store.epoch(),
                store.bootCount(),
                found.clean(),
                found.journalSamples());
    }

    private static void recordStart(Store store, GatewayConfig.Gateway gateway) {
        var found = store.recovery();
        store.appendEvent(
                Payloads.event(
                        store.stamps().next(),
                        new GatewayLife(
                                found.clean() ? "started" : "crashed",
                                store.bootCount(),
                                found.lastCommitNanos(),
                                Agent.VERSION),
                        describing(gateway)));
    }

    /**
     * Where the gateway stands and its labels, as the centre reads them from an event's metadata.
     */
    private static Map<String, String> describing(GatewayConfig.Gateway gateway) {
        var metadata = new TreeMap<String, String>();
        metadata.put("site", gateway.site());
        gateway.labels().forEach((key, value) -> metadata.put("label." + key, value));
        return metadata;
    }
}
