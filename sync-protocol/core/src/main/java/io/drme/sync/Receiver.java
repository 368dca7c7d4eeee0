package io.drme.sync;

import io.drme.model.GatewayId;
import io.drme.sync.ReceiverStore.StoreException;
import io.drme.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The centre's side of the sync: stores what comes, each item once, and tells by receipts what it
 * holds. Specified in docs/sync.md.
 *
 * <p>Keeps nothing that a restart must not lose: leases and ranges are in the store. Confined to
 * one thread; blocks only in the store.
 */
public final class Receiver {
    private static final long UNAVAILABLE_RETRY_MILLIS = 1_000;

    /** Items in quarantine looked at in one transaction. */
    private static final int RETRIED_AT_ONCE = 64;

    /**
     * A message that came.
     *
     * @param gateway by the identity of the connection, never by what the message says
     * @param bytes the message
     * @param cameNanos when, by {@link Clock#nanoTime} of the receiver's clock
     */
    @SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared
    public record Arrival(GatewayId gateway, byte[] bytes, long cameNanos) {}

    /** A message to go to a gateway, on its {@code down} topic. */
    public record Answer(GatewayId gateway, Message.Down message) {}

    /**
     * What came of some arrivals.
     *
     * @param durable whether all that could be stored is; otherwise nothing is, and the arrivals
     *     should not be acknowledged on the transport either
     * @param answers to be sent now
     * @param facts in the order of what happened; empty where not durable
     * @param trouble why not durable, for a person; otherwise empty
     */
    public record Outcome(
            boolean durable, List<Answer> answers, List<Fact> facts, String trouble) {}

    private final ReceiverStore store;
    private final ItemReader reader;
    private final Clock clock;
    private final ReceiverSettings settings;
    private final CentreKeys keys;
    private final CommandBook commands;
    private final Map<GatewayId, Message.Hello> refused = new HashMap<>();

    /** Makes a receiver over a store, which seals what it says with the current key. */
    public Receiver(
            ReceiverStore store,
            ItemReader reader,
            CentreKeys keys,
            Clock clock,
            ReceiverSettings settings) {
        this.store = store;
        this.reader = reader;
        this.clock = clock;
        this.settings = settings;
        this.keys = keys;
        this.commands = new CommandBook(settings.commandAgain().toNanos());
    }

    /** Takes what came, all of it in one transaction, and gives what is to be said after it. */
    public Outcome receive(List<Arrival> arrivals) {
        var incoming =
                arrivals.stream()
                        .map(a -> new Incoming(a.gateway(), MessageCodec.decode(a.bytes())))
                        .toList();
        var asked = commands.asked();
        var lastCame = lastCame(arrivals, incoming);
        try {
            return settled(
                    lastCame,
                    store.inTransaction(transaction -> {
                        var round = new Round(transaction, settings, asked, clock.epochNanos());
                        var intake = new Intake(round, reader, keys);
                        for (var one : incoming) {
                            intake.take(one);
                        }
                        intake.finish();
                        return round;
                    }));
        } catch (StoreException e) {
            return new Outcome(false, unavailable(incoming), List.of(), text(e));
        }
    }

    /**
     * Sends a command, now and again until its result comes or it expires, also after a restart.
     *
     * @return what to say now: nothing when too many wait for that gateway already; not durable
     *     where a restart of the centre would forget the command
     */
    public Outcome submit(GatewayId gateway, Message.Command command) {
        var answers = commands.submit(gateway, command, clock.nanoTime());
        try {
            if (!answers.isEmpty()) {
                store.inTransaction(transaction -> {
                    transaction.saveCommand(gateway, command);
                    return true;
                });
            }
            return new Outcome(true, answers, List.of(), "");
        } catch (StoreException e) {
            return new Outcome(false, answers, List.of(), text(e));
        }
    }

    /**
     * Takes up what a restart interrupted: commands without a result, and items that an earlier
     * release could not read. To be called once, before anything else.
     */
    public Outcome resume() {
        var facts = new ArrayList<Fact>();
        try {
            var open = store.inTransaction(t -> t.openCommands(clock.epochNanos()));
            open.forEach(o -> commands.submit(o.gateway(), o.command(), clock.nanoTime()));
            long after = 0;
            while (after >= 0) {
                long from = after;
                var page =
                        store.inTransaction(transaction -> {
                            var round =
                                    new Round(transaction, settings, Set.of(), clock.epochNanos());
                            return new Intake(round, reader, keys).readAgain(from, RETRIED_AT_ONCE);
                        });
                facts.addAll(page.facts());
                after = page.next();
            }
            return new Outcome(true, List.of(), facts, "");
        } catch (StoreException e) {
            return new Outcome(false, List.of(), facts, text(e));
        }
    }

    /**
     * Looks into the store for commands that another member of the centre was asked to send, or has
     * seen done; to be called every second or so where there are others.
     *
     * @return what to say now; not durable where the store can't be read
     */
    public Outcome lookForCommands() {
        try {
            var open = store.inTransaction(t -> t.openCommands(clock.epochNanos()));
            return new Outcome(true, commands.match(open, clock.nanoTime()), List.of(), "");
        } catch (StoreException e) {
            return new Outcome(false, List.of(), List.of(), text(e));
        }
    }

    /** What is due: commands that found no result yet. To be called every second or so. */
    public List<Answer> step() {
        return commands.due(clock.nanoTime(), clock.epochNanos());
    }

    /** A message with its sender, read as far as it can be. */
    record Incoming(GatewayId gateway, MessageCodec.Decoded decoded) {}

    /** What follows from a commit, outside of it. */
    private Outcome settled(Map<GatewayId, Long> lastCame, Round round) {
        var answers = new ArrayList<>(sealed(aged(lastCame, round.answers)));
        var facts = new ArrayList<Fact>();
        for (var fact : round.facts) {
            switch (fact) {
                case Fact.Joined joined -> {
                    refused.remove(joined.gateway());
                    answers.addAll(commands.all(joined.gateway(), clock.nanoTime()));
                    facts.add(fact);
                }
                case Fact.CommandFinished finished -> {
                    commands.finished(finished.gateway(), finished.commandId());
                    facts.add(fact);
                }
                case Fact.CloneRefused clone -> {
                    if (isClone(clone)) {
                        facts.add(fact);
                    }
                }
                default -> facts.add(fact);
            }
        }
        return new Outcome(true, answers, facts, "");
    }

    /** By gateway, when the last of its items came. */
    private static Map<GatewayId, Long> lastCame(List<Arrival> arrivals, List<Incoming> incoming) {
        var last = new HashMap<GatewayId, Long>();
        for (int i = 0; i < arrivals.size(); i++) {
            if (incoming.get(i).decoded() instanceof MessageCodec.Whole(Message.Delivery _)) {
                last.merge(arrivals.get(i).gateway(), arrivals.get(i).cameNanos(), Receiver::later);
            }
        }
        return last;
    }

    private static long waited(long nanos) {
        return Math.clamp(nanos, 0, Limits.MAX_WAITED_MICROS * MessageEncoder.NANOS_PER_MICRO);
    }

    private static long later(long one, long other) {
        return one - other >= 0 ? one : other;
    }

    /** Receipts say how long the centre took, so that no gateway takes that for its line. */
    private List<Answer> aged(Map<GatewayId, Long> lastCame, List<Answer> answers) {
        long now = clock.nanoTime();
        return answers.stream()
                .map(a -> {
                    var came = lastCame.get(a.gateway());
                    return came != null && a.message() instanceof Message.Receipt r
                            ? new Answer(a.gateway(), r.waited(waited(now - came)))
                            : a;
                })
                .toList();
    }

    /** Seals all that a gateway may act upon, with one signature. */
    private List<Answer> sealed(List<Answer> answers) {
        var statements = new ArrayList<byte[]>();
        for (var answer : answers) {
            switch (answer.message()) {
                case Message.Receipt r -> statements.add(Statement.receipt(answer.gateway(), r));
                case Message.Welcome w -> statements.add(Statement.welcome(answer.gateway(), w));
                default -> {
                    // Nothing is released by it.
                }
            }
        }
        var seals = Seal.all(keys.signatures(), keys.current(), statements).iterator();
        return answers.stream()
                .map(a ->
                        switch (a.message()) {
                            case Message.Receipt r -> new Answer(a.gateway(), r.with(seals.next()));
                            case Message.Welcome w -> new Answer(a.gateway(), w.with(seals.next()));
                            default -> a;
                        })
                .toList();
    }

    /**
     * Tells a clone from the last words of a process that is gone: an earlier start of the same
     * directory, whose hello was under way while the next one took over, does not say it twice.
     */
    private boolean isClone(Fact.CloneRefused clone) {
        var hello = clone.refused();
        boolean earlier =
                hello.epoch().equals(clone.holder().epoch())
                        && hello.bootCount() < clone.holder().bootCount();
        var before = refused.put(clone.gateway(), hello);
        return !earlier
                || (before != null
                        && before.instance() == hello.instance()
                        && before.session() != hello.session());
    }

    private static List<Answer> unavailable(List<Incoming> incoming) {
        var answers = new ArrayList<Answer>();
        for (var one : incoming) {
            if (one.decoded()
                    instanceof MessageCodec.Whole(Message.Delivery(long session, Item item))) {
                answers.add(
                        new Answer(
                                one.gateway(),
                                new Message.Refusal(
                                        session,
                                        Message.Cause.UNAVAILABLE,
                                        item.stream(),
                                        item.sequence(),
                                        UNAVAILABLE_RETRY_MILLIS,
                                        "the centre can't store just now")));
            }
        }
        return answers;
    }

    private static String text(StoreException e) {
        var message = e.getMessage();
        return message == null ? e.toString() : message;
    }
}
