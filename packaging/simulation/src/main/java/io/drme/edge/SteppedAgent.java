package io.drme.edge;

import io.drme.config.InvalidConfigException;
import io.drme.driver.DeviceLoop;
import io.drme.driver.DriverFactory;
import io.drme.edge.acquisition.Acquisition;
import io.drme.edge.acquisition.Recording;
import io.drme.edge.config.GatewayConfigReader;
import io.drme.edge.config.LastGood;
import io.drme.edge.recording.AlarmBook;
import io.drme.edge.recording.LocalGaps;
import io.drme.edge.recording.LocalHistory;
import io.drme.edge.recording.Point;
import io.drme.edge.recording.Recorder;
import io.drme.edge.recording.RecorderLog;
import io.drme.edge.state.OperatorState;
import io.drme.history.ClockLine;
import io.drme.history.Gap;
import io.drme.log.Store;
import io.drme.log.StoreView;
import io.drme.model.StreamKind;
import io.drme.model.TagName;
import io.drme.schema.GatewayLife;
import io.drme.sync.Message;
import io.drme.sync.Notary;
import io.drme.sync.Sender;
import io.drme.sync.SenderLog;
import io.drme.sync.SenderSettings;
import io.drme.sync.Uplink;
import io.drme.time.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * The agent on one thread: the parts that {@link Agent} gives threads of their own are stepped here
 * in turn, and nothing waits. Device loops, conditioning, pipelines, alarms, recorder, supervisor
 * and sender are the real ones; only the drivers' sockets, the line, the disk and the clock are the
 * simulation's.
 *
 * <p>A kill is that nobody steps it any more. Confined to one thread.
 */
public final class SteppedAgent {
    /** Room that is left in a queue before anything is put that would wait for room. */
    private static final int ROOM = 64;

    private static final int MOST_SENDER_STEPS = 8;
    private static final String OPERATOR = "operator";

    private final Setup setup;
    private final Wiring wiring;
    private final Supervisor supervisor;
    private final Sender sender;
    private final Watcher watcher;
    private final Map<String, DeviceLoop> loops;
    private long offeredVersion;

    /** Who looks on. */
    public interface Watcher {
        /**
         * A recording goes from acquisition to the store.
         *
         * @param isTaken whether the store has room for its samples; otherwise it refuses them
         */
        void handedOn(Recording recording, boolean isTaken);

        /** The store may have committed or sealed; {@code view} is what other threads see now. */
        void looked(StoreView view);

        /** Occurrences of alarms changed, and whoever looks at the page is told. */
        void told(List<AlarmBook.Occurrence> changed);
    }

    /**
     * What a gateway is started with.
     *
     * @param directory of files that the disk seam does not carry: the last good configuration
     * @param file the configuration
     * @param store just opened
     * @param random for jitter
     * @param drivers by the word in the configuration
     * @param state finds the last snapshot of operator state
     * @param notary keys of the gateway and the centre
     * @param log around the sender's log, where a mistake may be planted
     * @param between changes what goes to the recorder, where a mistake may be planted
     */
    public record Setup(
            Path directory,
            Path file,
            Clock clock,
            RandomGenerator random,
            Store store,
            Map<String, DriverFactory> drivers,
            Supplier<Optional<OperatorState>> state,
            Notary notary,
            Uplink uplink,
            SenderSettings settings,
            UnaryOperator<SenderLog> log,
            UnaryOperator<Recording> between) {}

    private SteppedAgent(
            Setup setup,
            Wiring wiring,
            Supervisor supervisor,
            Map<String, DeviceLoop> loops,
            Watcher watcher) {
        this.setup = setup;
        this.loops = loops;
        this.wiring = wiring;
        this.supervisor = supervisor;
        this.watcher = watcher;
        var log = new RecorderLog(recorder(), wiring.parts().bootCount());
        this.sender =
                new Sender(
                        setup.log().apply(log),
                        setup.notary(),
                        setup.uplink(),
                        setup.clock(),
                        setup.settings());
        wiring.parts()
                .commandsDone()
                .notExpired(setup.clock().epochNanos())
                .forEach(sender::commandDone);
    }

    /** Starts a gateway as {@link Agent#start} does, without its threads. */
    public static SteppedAgent start(Setup setup, Watcher watcher)
            throws InvalidConfigException, InterruptedException {
        var reader = new GatewayConfigReader(SystemTags.device().tags());
        var config = reader.read(setup.file());
        var layout = new Layout(setup.drivers());
        var wiring =
                Wiring.of(
                        new Wiring.Place(
                                config, setup.directory(), setup.file(), layout, setup.clock()),
                        setup.store(),
                        setup.state(),
                        new ArrayBlockingQueue<>(Recorder.QUEUE_RECORDINGS),
                        new ArrayBlockingQueue<>(Recorder.QUEUE_RECORDINGS));
        var loops = new LinkedHashMap<String, DeviceLoop>();
        var devices =
                new Devices(
                        setup.drivers(),
                        setup.directory(),
                        wiring.parts().in(),
                        setup.clock(),
                        setup.random(),
                        (device, loop) -> {
                            loops.put(device, loop);
                            return _ -> loops.remove(device, loop);
                        });
        var supervisor =
                new Supervisor(
                        wiring.parts(),
                        new Supervisor.Loading(
                                reader, layout, new LastGood(setup.directory()), setup.file()),
                        devices);
        var agent = new SteppedAgent(setup, wiring, supervisor, loops, watcher);
        wiring.parts().alarmBook().listen(watcher::told);
        agent.own();
        supervisor.answerQuestions(); // as its owner, whoever applies something before a step
        supervisor.begin(new Configurations.Choice(config, ""), wiring.ready(), wiring.restart());
        agent.describe();
        supervisor.watchUplink(agent::isConnected, () -> false);
        return agent;
    }

    /** From the first step on, questions of this thread are answered by it. */
    private void own() throws InterruptedException {
        watcher.looked(recorder().view());
        record();
        acquisition().step(0);
    }

    private Acquisition acquisition() {
        return wiring.parts().acquisition();
    }

    private Recorder recorder() {
        return wiring.parts().recorder();
    }

    private void describe() {
        sender.describe(
                supervisor.current().config().source().hash(),
                Integer.toString(Supervisor.SCHEMA_VERSION));
    }

    private boolean isConnected() {
        return sender.state().phase() == Sender.Phase.SENDING;
    }

    /** Does what is due now, each part once. */
    public void step() throws InterruptedException {
        for (var loop : List.copyOf(loops.values())) {
            if (loop.dueNanos() <= setup.clock().nanoTime() && hasRoom()) {
                loop.step();
            }
        }
        if (hasRoom()) {
            supervisor.step();
        }
        do {
            acquisition().step(0);
        } while (!wiring.parts().in().isEmpty() && wiring.made().remainingCapacity() > ROOM);
        record();
        UplinkDesk.offer(acquisition().latest(), offeredVersion, sender::offerLive);
        offeredVersion = acquisition().latest().version();
        for (int i = 0; i < MOST_SENDER_STEPS && sender.step(); i++) {
            look();
        }
        for (var next = sender.nextCommand(); next.isPresent(); next = sender.nextCommand()) {
            carryOut(next.get());
        }
        look();
    }

    /** What the centre asked for: done, on record, and then said to be done. */
    private void carryOut(Message.Command command) throws InterruptedException {
        var answer = acquisition().ask(owner -> AlarmCommands.carryOut(command, owner));
        record();
        recorder().flush();
        look();
        var trouble = AlarmCommands.trouble(answer);
        AlarmCommands.finish(
                recorder(),
                command,
                trouble.isEmpty() ? AlarmCommands.DONE : AlarmCommands.REFUSED,
                trouble);
        look();
    }

    private boolean hasRoom() {
        return wiring.parts().in().remainingCapacity() > ROOM
                && wiring.made().remainingCapacity() > ROOM;
    }

    /** Moves recordings over one by one, so that it is known which of them the store takes. */
    private void record() throws InterruptedException {
        for (var next = wiring.made().poll(); next != null; next = wiring.made().poll()) {
            var handed = setup.between().apply(next);
            watcher.handedOn(handed, setup.store().accepting());
            wiring.taken().add(handed);
            recorder().step(0);
            look();
        }
        recorder().step(0);
        look();
    }

    private void look() {
        watcher.looked(recorder().view());
    }

    /** Applies a configuration; gives what became of it, for the trace. */
    public String apply(Path file) throws InterruptedException {
        var outcome = supervisor.apply(file, "operator", Duration.ZERO);
        record();
        describe();
        return outcome.getClass().getSimpleName();
    }

    /**
     * Does something about an occurrence of an alarm, as a person at the page does.
     *
     * @param verb acknowledge, shelve, unshelve or comment
     * @param time how long it is shelved for
     */
    public String act(String verb, String id, String words, Duration time)
            throws InterruptedException {
        var answer =
                acquisition()
                        .ask(owner -> {
                            var alarms = owner.alarms();
                            long at = owner.now();
                            return switch (verb) {
                                case "acknowledge" ->
                                        alarms.acknowledge(id, OPERATOR, words, at, owner::sink);
                                case "shelve" ->
                                        alarms.shelve(id, OPERATOR, time, words, at, owner::sink);
                                case "unshelve" ->
                                        alarms.unshelve(id, OPERATOR, words, at, owner::sink);
                                default -> alarms.comment(id, OPERATOR, words, at, owner::sink);
                            };
                        });
        record();
        return answer.getClass().getSimpleName();
    }

    /** Occurrences of alarms as lists show them. */
    public List<AlarmBook.Occurrence> occurrences() {
        return wiring.parts().alarmBook().occurrences();
    }

    /** A snapshot of operator state, taken as the state's keeper does: all in it is on record. */
    public Optional<OperatorState> state() throws InterruptedException {
        var state = acquisition().ask(StateDesk::of);
        record();
        boolean onRecord = recorder().flush();
        look();
        if (onRecord && state.isPresent()) {
            recorder().needEventsSince(state.get().takenAtNanos());
        }
        return onRecord ? state : Optional.empty();
    }

    /** Ends in order: everything accepted is on disk and sealed, and the end is on record. */
    public Optional<OperatorState> stop() throws InterruptedException {
        do {
            acquisition().step(0);
        } while (!wiring.parts().in().isEmpty());
        record();
        var state = state();
        recorder()
                .record(
                        new GatewayLife(
                                "stopped",
                                wiring.parts().bootCount(),
                                setup.clock().epochNanos(),
                                Agent.VERSION));
        recorder().sealAll();
        look();
        setup.store().close();
        return state;
    }

    /** The gaps of a tag of its configuration as the gateway's own page shows them. */
    public List<Gap> gaps(String tag, long from, long to) throws InterruptedException {
        var entry =
                supervisor.current().entries().stream()
                        .filter(e -> e.name().equals(tag))
                        .findFirst()
                        .orElseThrow();
        return new LocalGaps(recorder())
                .list(
                        new LocalGaps.Question(
                                new TagName(tag),
                                StreamKind.of(entry.sync()),
                                from,
                                to,
                                entry.pollNanos()));
    }

    /** The samples of a tag as the gateway's own page shows them. */
    public List<Point> samples(String tag, long from, long to) throws InterruptedException {
        return new LocalHistory(recorder()).samples(new TagName(tag), from, to);
    }

    /** When the occurrences of an alarm were raised, as lists show it, in their order. */
    public List<Long> raised() {
        var clock = recorder().clock();
        return occurrences().stream()
                .map(o ->
                        clock.stampedTime(
                                ClockLine.ONLY_EPOCH, Long.MAX_VALUE, o.raised().atNanos()))
                .toList();
    }

    /** How the sync is. */
    public Sender.State sender() {
        return sender.state();
    }

    /** What other threads see of the store. */
    public StoreView view() {
        return recorder().view();
    }

    /** Tags that may leave the site, by name. */
    public List<String> tagsThatLeave() {
        return supervisor.current().table().tags().stream()
                .filter(t -> t.sync() instanceof io.drme.model.SyncMode.Raw)
                .map(t -> t.name().text())
                .toList();
    }
}
