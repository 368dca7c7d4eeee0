package io.drme.simulation;

import static io.drme.simulation.BrokenInvariant.require;

import io.drme.cloud.query.Account;
import io.drme.cloud.query.RawHistory;
import io.drme.cloud.query.RawHistory.HistorySample;
import io.drme.cloud.query.SimulatedAccounts;
import io.drme.cloud.query.SimulatedGaps;
import io.drme.cloud.store.AlarmStore;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.ContentReader;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.Records;
import io.drme.cloud.store.Report;
import io.drme.cloud.store.SqlReceiverStore;
import io.drme.history.Gap;
import io.drme.model.GatewayId;
import io.drme.sync.CentreKeys;
import io.drme.sync.Fact;
import io.drme.sync.Message;
import io.drme.sync.MessageCodec;
import io.drme.sync.Receiver;
import io.drme.sync.ReceiverSettings;
import io.drme.sync.ReceiverStore;
import io.drme.sync.SigningKey;
import io.drme.testing.CheapSignatures;
import io.drme.testing.SimulatedNetwork;
import io.drme.time.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * The centre on one thread: the real receiver over the real store on a real SQLite file, reports
 * and accounts as queries see them; the grid is left out, as it is a cache. Answers find their way
 * by session, as in the endpoint.
 */
final class SimulatedCentre implements AutoCloseable {
    private static final CentreKeys KEYS =
            new CentreKeys(CheapSignatures.CHEAP, SigningKey.make(new Random(1)), List.of());
    private static final Duration EXPIRES = Duration.ofHours(24);
    private static final long LOOK_NANOS = 1_000_000_000;
    private static final List<String> FILES = List.of("drme.db", "drme.db-wal", "drme.db-shm");
    private static final String BACKUP = "centre.drme";

    private final Path directory;
    private final Clock clock;
    private final SimulatedNetwork network;
    private final Trace trace;
    private final UnaryOperator<ReceiverStore> bug;
    private CentreModel model;
    private Database database;
    private SqlReceiverStore sql;
    private Records records;
    private WatchedStore store;
    private Receiver receiver;

    private final Acts acts = new Acts();
    private long commands;
    private long lookedAt;
    private final Map<Long, String> lines = new HashMap<>();
    private final Map<GatewayId, Long> sessions = new HashMap<>();
    private final Map<GatewayId, Map<String, Long>> live = new LinkedHashMap<>();
    long receipts;
    long clones;
    long reports;

    /** The database at one moment, and what was in it. */
    record Backup(Path directory, CentreModel model) {}

    SimulatedCentre(
            Path directory,
            Clock clock,
            SimulatedNetwork network,
            Trace trace,
            CentreModel model,
            UnaryOperator<ReceiverStore> bug)
            throws DatabaseException {
        this.directory = directory;
        this.clock = clock;
        this.network = network;
        this.trace = trace;
        this.model = model;
        this.bug = bug;
        open();
    }

    private void open() throws DatabaseException {
        database = Database.openIn(directory);
        sql = SqlReceiverStore.open(database);
        records = Records.open(database);
        store = new WatchedStore(sql, model);
        receiver =
                new Receiver(
                        bug.apply(store),
                        new ContentReader(),
                        KEYS,
                        clock,
                        ReceiverSettings.DEFAULTS);
        receiver.resume();
        lines.clear();
        sessions.clear();
    }

    CentreModel model() {
        return model;
    }

    BlockStore blocks() {
        return new BlockStore(database);
    }

    /** The samples of a tag as the centre's page shows them. */
    List<HistorySample> samples(GatewayId gateway, String tag, long from, long to)
            throws DatabaseException {
        var found = new ArrayList<HistorySample>();
        for (var row : blocks().gateways()) {
            if (row.name().equals(gateway.text())) {
                new RawHistory(blocks())
                        .each(row.id(), tag, new BlockStore.Span(from, to), found::add);
            }
        }
        return found;
    }

    /** Alarms as lists show them, newest first. */
    List<AlarmStore.AlarmRow> alarms() throws DatabaseException {
        return new AlarmStore(blocks())
                .alarms(AlarmStore.Filter.ALL, Optional.empty(), Integer.MAX_VALUE);
    }

    /** The gaps of a tag as the centre's page shows them. */
    List<Gap> gaps(GatewayId gateway, boolean isFollowing, String tag, long from, long to)
            throws DatabaseException {
        var span = new BlockStore.Span(from, to);
        for (var row : blocks().gateways()) {
            if (row.name().equals(gateway.text())) {
                return SimulatedGaps.of(blocks(), clock, row, isFollowing, tag, span);
            }
        }
        return List.of();
    }

    ReceiverStore store() {
        return sql;
    }

    /** Lets so many transactions fail. */
    void failNext(int transactions) {
        store.failNext(transactions);
    }

    /** When a live value of each tag of a gateway came last, in nanoseconds of the world. */
    Map<String, Long> live(GatewayId gateway) {
        return live.computeIfAbsent(gateway, _ -> new LinkedHashMap<>());
    }

    // ---- what comes

    /** Takes what arrived, in one transaction, and answers. */
    void take(List<SimulatedNetwork.Arrived> arrived) throws DatabaseException {
        for (var one : arrived) {
            trace.bytes(one.bytes());
            if (MessageCodec.isHello(one.bytes())) {
                lines.put(MessageCodec.session(one.bytes()), one.line());
            }
        }
        var outcome =
                receiver.receive(
                        arrived.stream()
                                .map(a ->
                                        new Receiver.Arrival(
                                                a.gateway(), a.bytes(), clock.nanoTime()))
                                .toList());
        for (var fact : outcome.facts()) {
            note(fact);
        }
        outcome.answers().forEach(this::answer);
    }

    private void answer(Receiver.Answer answer) {
        if (answer.message() instanceof Message.Receipt receipt) {
            receipts++;
            model.said(answer.gateway(), receipt);
        }
        long session = answer.message().session();
        var line = lines.get(session == 0 ? sessions.getOrDefault(answer.gateway(), 0L) : session);
        if (line != null) {
            var bytes = MessageCodec.encode(answer.message());
            trace.bytes(bytes);
            network.down(line, bytes);
        }
    }

    // ---- what people do

    /** Somebody does something about an alarm of a gateway, as the centre shows it. */
    void act(GatewayId gateway, String verb, Duration time, Random random)
            throws DatabaseException {
        var alarms = new AlarmStore(blocks());
        var open = alarms.open().stream().filter(a -> a.gateway().equals(gateway.text())).toList();
        if (open.isEmpty()) {
            return;
        }
        var id = open.get(random.nextInt(open.size())).id();
        long now = clock.epochNanos();
        long decided = Math.max(now, alarms.newestAt(gateway.text(), id).orElse(now - 1) + 1);
        var words = Acts.words(++commands);
        var command =
                new Message.Command(
                        0,
                        "c-" + commands,
                        decided,
                        now + EXPIRES.toNanos(),
                        Acts.PERSON,
                        verb,
                        Map.of(
                                "id",
                                id,
                                "comment",
                                words,
                                "reason",
                                words,
                                "for",
                                time.toNanos() + "ns"));
        var outcome = receiver.submit(gateway, command);
        trace.say("centre: %s of %s, %s, kept %s", verb, id, words, outcome.durable());
        acts.given(words, decided);
        outcome.answers().forEach(this::answer);
    }

    /** Sends what found no result yet. */
    void step() {
        if (clock.nanoTime() - lookedAt >= LOOK_NANOS) {
            lookedAt = clock.nanoTime();
            receiver.step().forEach(this::answer);
        }
    }

    /** Commands to a gateway of which no result has come, and that have not expired. */
    List<Message.Command> waiting(GatewayId gateway) {
        try {
            return sql.inTransaction(t -> t.openCommands(clock.epochNanos())).stream()
                    .filter(o -> o.gateway().equals(gateway))
                    .map(ReceiverStore.OpenCommand::command)
                    .toList();
        } catch (ReceiverStore.StoreException e) {
            throw new IllegalStateException("the centre's database failed for real", e);
        }
    }

    /** What people at the centre decided. */
    Acts acts() {
        return acts;
    }

    /** Refuses what a line sends as one who has too much to do. */
    void refuse(SimulatedNetwork.Arrived arrived, long retryMillis) {
        if (MessageCodec.decode(arrived.bytes())
                instanceof MessageCodec.Whole(Message.Delivery(long session, var item))) {
            network.down(
                    arrived.line(),
                    MessageCodec.encode(
                            new Message.Refusal(
                                    session,
                                    Message.Cause.QUOTA,
                                    item.stream(),
                                    item.sequence(),
                                    retryMillis,
                                    "too much at once")));
        }
    }

    private void note(Fact fact) throws DatabaseException {
        switch (fact) {
            case Fact.Joined(var gateway, var hello, int number) -> {
                sessions.put(gateway, hello.session());
                trace.say(
                        "centre: %s joined from %s, epoch %d, start %d",
                        gateway, hello.host(), number, hello.bootCount());
            }
            case Fact.LiveValues(var gateway, var values) ->
                    values.values()
                            .forEach(v -> live(gateway).put(v.tag().text(), clock.nanoTime()));
            case Fact.Reported(var gateway, var status) -> reported(gateway, status);
            case Fact.Forked forked ->
                    throw new BrokenInvariant("forked although hello compares: " + forked);
            case Fact.HeadRefused refused ->
                    throw new BrokenInvariant("signed what does not fit: " + refused);
            case Fact.CloneRefused(var gateway, var holder, var hello) -> {
                clones++;
                trace.say(
                        "centre: clone of %s on %s refused, %s has it",
                        gateway, hello.host(), holder.host());
            }
            case Fact.Closed(var gateway, var closure) ->
                    trace.say(
                            "centre: %s closes %s %d to %d, %d samples: %s",
                            gateway,
                            closure.stream().stream().text(),
                            closure.from(),
                            closure.to(),
                            closure.samples(),
                            closure.cause());
            default -> {
                // Committed is seen in the transaction, the rest says nothing to a model.
            }
        }
    }

    /** Keeps a report as the grid's projection does, and holds the account against it. */
    private void reported(GatewayId gateway, Message.Status status) throws DatabaseException {
        reports++;
        records.reported(
                Map.of(
                        gateway,
                        new Report(
                                0,
                                status.epoch(),
                                status.gatewayTimeNanos(),
                                clock.epochNanos(),
                                status.counters(),
                                status.progress(),
                                status.refills())));
        records.commit();
        var account = account(gateway);
        require(account.balanced(), "the account of %s does not balance: %s", gateway, account);
    }

    /** The account of a gateway, by its last reports. */
    Account account(GatewayId gateway) throws DatabaseException {
        var blocks = blocks();
        for (var known : blocks.gateways()) {
            if (known.name().equals(gateway.text())) {
                return SimulatedAccounts.of(blocks, known);
            }
        }
        throw new BrokenInvariant("the centre does not know " + gateway);
    }

    // ---- faults

    /** The process is killed and starts again. */
    void restart() throws DatabaseException {
        close();
        open();
    }

    /** A copy of the database, taken between two transactions. */
    Backup backup(Path to) {
        try {
            Files.createDirectories(to);
            try (var out = Files.newOutputStream(to.resolve(BACKUP))) {
                io.drme.cloud.store.Backup.write(database, Map.of(), out);
            }
        } catch (IOException | DatabaseException e) {
            throw new IllegalStateException("backing up the centre to " + to, e);
        }
        return new Backup(to, model.copy());
    }

    /** The database is what it was. */
    void restore(Backup backup) throws DatabaseException {
        close();
        try {
            for (var name : FILES) {
                Files.deleteIfExists(directory.resolve(name));
            }
            try (var empty = Database.openIn(directory);
                    var in = Files.newInputStream(backup.directory().resolve(BACKUP))) {
                io.drme.cloud.store.Backup.restore(in, empty);
            }
        } catch (IOException | io.drme.cloud.store.Backup.BadBackupException e) {
            throw new IllegalStateException("restoring the centre of " + backup, e);
        }
        var lost = model;
        model = backup.model().copy();
        model.replaces(lost);
        open();
    }

    @Override
    public void close() throws DatabaseException {
        records.close();
        sql.close();
        database.close();
    }

    /** Holds the database against the model, row by row. */
    void checkDatabase() throws ReceiverStore.StoreException {
        var found = new ArrayList<String>();
        sql.inTransaction(t -> {
            for (var entry : model.streams().entrySet()) {
                var id = entry.getKey();
                var stream = entry.getValue();
                if (!t.ranges(id).equals(stream.ranges)) {
                    found.add("%s holds %s, not %s".formatted(id, t.ranges(id), stream.ranges));
                }
                for (var row : stream.rows.values()) {
                    var known = t.find(id, row.item().sequence());
                    if (known.filter(k -> k.hash().equals(row.item().hash())).isEmpty()) {
                        found.add("%s lacks %s".formatted(id, row.item()));
                    }
                }
            }
            return true;
        });
        require(found.isEmpty(), "what was committed is not in the database: %s", found);
    }
}
