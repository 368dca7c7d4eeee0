package io.drme.sync;

import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.sync.Message.Cause;
import io.drme.sync.Receiver.Answer;
import io.drme.sync.ReceiverStore.Closure;
import io.drme.sync.ReceiverStore.Known;
import io.drme.sync.ReceiverStore.Lease;
import io.drme.sync.ReceiverStore.Quarantine;
import io.drme.sync.ReceiverStore.State;
import io.drme.sync.ReceiverStore.StoreException;
import io.drme.sync.ReceiverStore.Transaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the receiver does within one transaction. It has no effect but through the transaction:
 * answers and facts are given away only after the commit, so no receipt can lie.
 */
final class Intake {
    private static final long VERSION_RETRY_MILLIS = 60_000;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int RENEWALS_A_LEASE = 6;

    private final Transaction transaction;
    private final ItemReader reader;
    private final ReceiverSettings settings;
    private final long now;
    private final Map<GatewayId, Optional<Lease>> leases = new HashMap<>();
    private final Map<StreamId, Touched> touched = new LinkedHashMap<>();
    private final List<Answer> answers = new ArrayList<>();
    private final List<Fact> facts = new ArrayList<>();

    /** A stream in this transaction: what is held, and which numbers a receipt is due for. */
    private static final class Touched {
        RangeSet held;
        RangeSet due = RangeSet.EMPTY;
        boolean changed;

        Touched(RangeSet held) {
            this.held = held;
        }

        void add(long from, long to) {
            var more = held.with(from, to);
            changed |= !more.equals(held);
            held = more;
            due = due.with(from, to);
        }
    }

    Intake(Transaction transaction, ItemReader reader, ReceiverSettings settings, long now) {
        this.transaction = transaction;
        this.reader = reader;
        this.settings = settings;
        this.now = now;
    }

    List<Answer> answers() {
        return answers;
    }

    List<Fact> facts() {
        return facts;
    }

    void take(Receiver.Incoming incoming) throws StoreException {
        var gateway = incoming.gateway();
        switch (incoming.decoded()) {
            case MessageCodec.Whole(Message message) -> {
                if (message instanceof Message.Up up) {
                    take(gateway, up);
                } else {
                    damaged(gateway, message.session(), "a message of the centre came to it");
                }
            }
            case MessageCodec.DamagedItem(long session, StreamKind stream, long sequence) -> {
                facts.add(
                        new Fact.Damaged(
                                gateway,
                                "the checksum of %s/%d is wrong"
                                        .formatted(stream.text(), sequence)));
                refuse(gateway, session, Cause.DAMAGED, stream, sequence, "send it again");
            }
            case MessageCodec.Damaged(long session, String reason) ->
                    damaged(gateway, session, reason);
            case MessageCodec.OtherVersion(long session, int version) -> {
                var detail =
                        "the gateway speaks version %d of the sync, the centre only %d; bring both to one release"
                                .formatted(version, MessageCodec.VERSION);
                facts.add(new Fact.Damaged(gateway, detail));
                answers.add(
                        new Answer(
                                gateway,
                                new Message.Refusal(
                                        session,
                                        Cause.VERSION,
                                        StreamKind.LOCAL,
                                        0,
                                        VERSION_RETRY_MILLIS,
                                        detail)));
            }
        }
    }

    private void damaged(GatewayId gateway, long session, String reason) {
        facts.add(new Fact.Damaged(gateway, reason));
        refuse(gateway, session, Cause.DAMAGED, StreamKind.LOCAL, 0, reason);
    }

    private void take(GatewayId gateway, Message.Up message) throws StoreException {
        if (message instanceof Message.Hello hello) {
            hello(gateway, hello);
            return;
        }
        var lease = lease(gateway);
        if (lease.isEmpty() || lease.get().session() != message.session()) {
            if (message instanceof Message.Delivery(long session, Item item)) {
                refuse(
                        gateway,
                        session,
                        Cause.HELLO_FIRST,
                        item.stream(),
                        item.sequence(),
                        "the centre knows no such session");
            } else if (message instanceof Message.Status) {
                refuse(
                        gateway,
                        message.session(),
                        Cause.HELLO_FIRST,
                        StreamKind.LOCAL,
                        0,
                        "the centre knows no such session");
            }
            return;
        }
        renew(lease.get());
        switch (message) {
            case Message.Hello _ -> throw new IllegalStateException("taken above");
            case Message.Delivery(long session, Item item) ->
                    deliver(gateway, session, lease.get(), item);
            case Message.Live live -> facts.add(new Fact.LiveValues(gateway, live));
            case Message.Status status -> facts.add(new Fact.Reported(gateway, status));
            case Message.HashQuery query -> {
                if (query.from() >= 1 && query.from() <= query.to()) {
                    var hashes =
                            transaction.hashes(
                                    new StreamId(gateway, query.epoch(), query.stream()),
                                    query.from(),
                                    query.to(),
                                    Limits.MAX_HASHES);
                    answers.add(
                            new Answer(
                                    gateway,
                                    new Message.HashAnswer(
                                            query.session(),
                                            query.stream(),
                                            query.from(),
                                            query.to(),
                                            hashes)));
                }
            }
        }
    }

    // ---- hello

    private void hello(GatewayId gateway, Message.Hello hello) throws StoreException {
        var held = lease(gateway);
        if (held.isPresent()) {
            var lease = held.get();
            boolean same = lease.instance() == hello.instance();
            if (same && count(hello.session()) < count(lease.session())) {
                return;
            }
            boolean later =
                    lease.epoch().equals(hello.epoch()) && hello.bootCount() > lease.bootCount();
            long age = now - lease.renewedAtNanos();
            boolean expired = age < 0 || age > settings.lease().toNanos();
            if (!same && !later && !expired) {
                refuseClone(gateway, lease, hello, settings.lease().toNanos() - age);
                return;
            }
        }
        save(
                new Lease(
                        gateway,
                        hello.epoch(),
                        hello.bootCount(),
                        hello.instance(),
                        hello.session(),
                        hello.host(),
                        now));
        int number = transaction.epochNumber(gateway, hello.epoch(), now);
        var standings = new ArrayList<Message.Standing>();
        for (var holding : hello.holdings()) {
            if (holding.stream() != StreamKind.LOCAL) {
                standings.add(standing(gateway, hello.epoch(), holding));
            }
        }
        answers.add(
                new Answer(
                        gateway,
                        new Message.Welcome(
                                hello.session(),
                                hello.epoch(),
                                number,
                                now,
                                settings.window(),
                                standings)));
        facts.add(new Fact.Joined(gateway, hello, number));
    }

    private void refuseClone(
            GatewayId gateway, Lease lease, Message.Hello hello, long remainingNanos) {
        var detail =
                "'%s' is in use by %s (start %d); this one is %s (start %d). Give one of them another gateway id, or stop it"
                        .formatted(
                                gateway,
                                lease.host(),
                                lease.bootCount(),
                                hello.host(),
                                hello.bootCount());
        answers.add(
                new Answer(
                        gateway,
                        new Message.Refusal(
                                hello.session(),
                                Cause.LEASE_HELD,
                                StreamKind.LOCAL,
                                0,
                                remainingNanos / NANOS_PER_MILLI + 1,
                                detail)));
        facts.add(new Fact.CloneRefused(gateway, lease, hello));
    }

    /** The part of a session's number that counts the hellos of its process. */
    private static long count(long session) {
        return session & 0xFFFF_FFFFL;
    }

    private Message.Standing standing(GatewayId gateway, EpochId epoch, Message.Holding holding)
            throws StoreException {
        var stream = new StreamId(gateway, epoch, holding.stream());
        long common = 0;
        long different = 0;
        for (var range : holding.held()) {
            for (var end :
                    List.of(
                            new Message.SequenceHash(range.from(), range.fromHash()),
                            new Message.SequenceHash(range.to(), range.toHash()))) {
                var ours = hash(stream, end.sequence());
                if (ours.isNone() || end.hash().isNone()) {
                    continue;
                }
                if (ours.equals(end.hash())) {
                    common = Math.max(common, end.sequence());
                } else if (different == 0 || end.sequence() < different) {
                    different = end.sequence();
                }
            }
        }
        var held = new ArrayList<HeldRange>();
        for (var range : touched(stream).held.newest(Limits.MAX_RANGES).ranges()) {
            held.add(
                    new HeldRange(
                            range.from(),
                            range.to(),
                            hash(stream, range.from()),
                            hash(stream, range.to())));
        }
        return new Message.Standing(holding.stream(), held, common, different);
    }

    private ChainHash hash(StreamId stream, long sequence) throws StoreException {
        return transaction.find(stream, sequence).map(Known::hash).orElse(ChainHash.NONE);
    }

    // ---- items

    private void deliver(GatewayId gateway, long session, Lease lease, Item item)
            throws StoreException {
        if (!lease.epoch().equals(item.epoch())) {
            refuse(
                    gateway,
                    session,
                    Cause.HELLO_FIRST,
                    item.stream(),
                    item.sequence(),
                    "the session is of another epoch");
            return;
        }
        var stream = new StreamId(gateway, item.epoch(), item.stream());
        var known = transaction.find(stream, item.sequence());
        if (known.isPresent()) {
            repeated(gateway, session, stream, item, known.get());
            return;
        }
        if (moved(gateway, stream, item)) {
            return;
        }
        var content = reader.read(gateway, item);
        var quarantine = quarantine(stream, item, content);
        transaction.insert(gateway, item, quarantine, now);
        touched(stream).add(item.sequence(), item.sequence());
        if (quarantine.isPresent()) {
            var why = quarantine.get();
            facts.add(new Fact.Quarantined(gateway, item, why.detail(), why.offChain()));
            return;
        }
        facts.add(new Fact.Committed(gateway, item, false));
        if (content instanceof ItemReader.Understood(var closures, var finished)) {
            for (var closure : closures) {
                close(gateway, closure);
            }
            finished.forEach(id -> facts.add(new Fact.CommandFinished(gateway, id)));
        }
    }

    /**
     * Whether the samples are held under another number: the gateway framed them anew because it
     * could not know, or was restored to a state before it did. The number is closed then.
     */
    private boolean moved(GatewayId gateway, StreamId stream, Item item) throws StoreException {
        var identity = item.identity();
        var first = new StreamId(gateway, identity.epoch(), item.stream());
        boolean held =
                transaction.framedAnew(gateway, item.stream(), identity)
                        || transaction
                                .find(first, identity.sequence())
                                .filter(k -> k.state() != State.CLOSED)
                                .filter(k -> k.hash().equals(identity.hash()))
                                .isPresent();
        if (held) {
            var state = touched(stream);
            var closure =
                    new Closure(
                            stream,
                            item.sequence(),
                            item.sequence(),
                            item.samples(),
                            item.hash(),
                            Closure.MOVED);
            transaction.close(closure, state.held, now);
            state.add(item.sequence(), item.sequence());
        }
        return held;
    }

    private void repeated(GatewayId gateway, long session, StreamId stream, Item item, Known known)
            throws StoreException {
        boolean closed = known.state() == State.CLOSED;
        if (!closed && !known.hash().equals(item.hash())) {
            facts.add(new Fact.Forked(gateway, item, known.hash()));
            refuse(
                    gateway,
                    session,
                    Cause.FORKED,
                    item.stream(),
                    item.sequence(),
                    "the centre holds another item under this number");
            return;
        }
        touched(stream).add(item.sequence(), item.sequence());
        if (known.state() == State.STORED) {
            facts.add(new Fact.Committed(gateway, item, true));
        }
    }

    private Optional<Quarantine> quarantine(StreamId stream, Item item, ItemReader.Content content)
            throws StoreException {
        var before = transaction.find(stream, item.sequence() - 1);
        if (before.isPresent()
                && before.get().chained()
                && !before.get().hash().isNone()
                && !before.get().hash().equals(item.previous())) {
            return Optional.of(
                    new Quarantine(
                            true,
                            "the item before it has hash %s, it names %s"
                                    .formatted(before.get().hash(), item.previous())));
        }
        var after = transaction.find(stream, item.sequence() + 1);
        if (after.isPresent()
                && after.get().chained()
                && after.get().state() != State.CLOSED
                && !after.get().previous().equals(item.hash())) {
            return Optional.of(
                    new Quarantine(
                            true,
                            "the item after it names hash %s, it has %s"
                                    .formatted(after.get().previous(), item.hash())));
        }
        return content instanceof ItemReader.Unreadable(String reason)
                ? Optional.of(new Quarantine(false, reason))
                : Optional.empty();
    }

    private void close(GatewayId gateway, Closure closure) throws StoreException {
        boolean own =
                closure.stream().gateway().equals(gateway)
                        && closure.stream().stream() != StreamKind.LOCAL;
        if (own) {
            var stream = touched(closure.stream());
            transaction.close(closure, stream.held, now);
            stream.add(closure.from(), closure.to());
            facts.add(new Fact.Closed(gateway, closure));
        }
    }

    // ---- the end

    /** Writes ranges and makes receipts. */
    void finish() throws StoreException {
        for (var entry : touched.entrySet()) {
            var stream = entry.getKey();
            var state = entry.getValue();
            if (state.changed) {
                transaction.saveRanges(stream, state.held);
            }
            var lease = lease(stream.gateway());
            if (!state.due.isEmpty()
                    && lease.isPresent()
                    && lease.get().epoch().equals(stream.epoch())) {
                answers.add(new Answer(stream.gateway(), receipt(stream, state, lease.get())));
            }
        }
    }

    private Message.Receipt receipt(StreamId stream, Touched state, Lease lease)
            throws StoreException {
        var ranges = new ArrayList<Message.Receipted>();
        for (var range : state.held.ranges()) {
            if (ranges.size() < Limits.MAX_RANGES
                    && !state.due.intersect(RangeSet.of(range.from(), range.to())).isEmpty()) {
                ranges.add(
                        new Message.Receipted(range.from(), range.to(), hash(stream, range.to())));
            }
        }
        return new Message.Receipt(
                lease.session(), stream.epoch(), stream.stream(), now, ranges, "");
    }

    private Touched touched(StreamId stream) throws StoreException {
        var known = touched.get(stream);
        if (known == null) {
            known = new Touched(transaction.ranges(stream));
            touched.put(stream, known);
        }
        return known;
    }

    private Optional<Lease> lease(GatewayId gateway) throws StoreException {
        var known = leases.get(gateway);
        if (known == null) {
            known = transaction.lease(gateway);
            leases.put(gateway, known);
        }
        return known;
    }

    private void renew(Lease lease) throws StoreException {
        long age = now - lease.renewedAtNanos();
        if (age < 0 || age > settings.lease().toNanos() / RENEWALS_A_LEASE) {
            save(
                    new Lease(
                            lease.gateway(),
                            lease.epoch(),
                            lease.bootCount(),
                            lease.instance(),
                            lease.session(),
                            lease.host(),
                            now));
        }
    }

    private void save(Lease lease) throws StoreException {
        transaction.saveLease(lease);
        leases.put(lease.gateway(), Optional.of(lease));
    }

    private void refuse(
            GatewayId gateway,
            long session,
            Cause cause,
            StreamKind stream,
            long sequence,
            String detail) {
        answers.add(
                new Answer(
                        gateway, new Message.Refusal(session, cause, stream, sequence, 0, detail)));
    }
}
