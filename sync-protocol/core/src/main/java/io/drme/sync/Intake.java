package io.drme.sync;

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
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What the receiver does within one transaction. It has no effect but through the transaction:
 * answers and facts are given away only after the commit, so no receipt can lie.
 */
final class Intake {
    private static final long VERSION_RETRY_MILLIS = 60_000;
    private static final int RENEWALS_A_LEASE = 6;

    private final Transaction transaction;
    private final ItemReader reader;
    private final ReceiverSettings settings;
    private final long now;
    private final List<Answer> answers;
    private final List<Fact> facts;
    private final Round round;
    private final Admission admission;
    private final CentreKeys keys;

    Intake(Round round, ItemReader reader, CentreKeys keys) {
        this.round = round;
        this.admission = new Admission(round, keys);
        this.transaction = round.transaction;
        this.reader = reader;
        this.keys = keys;
        this.settings = round.settings;
        this.now = round.now;
        this.answers = round.answers;
        this.facts = round.facts;
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
                round.refuse(gateway, session, Cause.DAMAGED, stream, sequence, "send it again");
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
        round.refuse(gateway, session, Cause.DAMAGED, StreamKind.LOCAL, 0, reason);
    }

    private void take(GatewayId gateway, Message.Up message) throws StoreException {
        if (message instanceof Message.Hello hello) {
            admission.hello(gateway, hello);
            return;
        }
        var lease = round.lease(gateway);
        if (lease.isEmpty() || lease.get().session() != message.session()) {
            if (message instanceof Message.Delivery(long session, Item item)) {
                round.refuse(
                        gateway,
                        session,
                        Cause.HELLO_FIRST,
                        item.stream(),
                        item.sequence(),
                        "the centre knows no such session");
            } else if (message instanceof Message.Status) {
                round.refuse(
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
            case Message.Status status -> {
                new HeadCheck(round, keys.signatures()).reported(gateway, status);
                facts.add(new Fact.Reported(gateway, status));
            }
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

    // ---- items

    private void deliver(GatewayId gateway, long session, Lease lease, Item item)
            throws StoreException {
        if (!lease.epoch().equals(item.epoch())) {
            round.refuse(
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
        round.touched(stream).add(item.sequence(), item.sequence());
        if (quarantine.isPresent()) {
            var why = quarantine.get();
            facts.add(new Fact.Quarantined(gateway, item, why.detail(), why.offChain()));
            return;
        }
        stored(gateway, item, content);
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
            var state = round.touched(stream);
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
            round.refuse(
                    gateway,
                    session,
                    Cause.FORKED,
                    item.stream(),
                    item.sequence(),
                    "the centre holds another item under this number");
            return;
        }
        round.touched(stream).add(item.sequence(), item.sequence());
        if (!mended(gateway, stream, item, known) && known.state() == State.STORED) {
            facts.add(new Fact.Committed(gateway, item, true));
        }
    }

    /**
     * Whether what came again took the place of what is here: out of quarantine, or because the
     * gateway was asked for it and the bytes here are damaged or expired.
     */
    private boolean mended(GatewayId gateway, StreamId stream, Item item, Known known)
            throws StoreException {
        boolean worse =
                switch (known.state()) {
                    case QUARANTINED -> true;
                    case EXPIRED -> round.asked.contains(gateway);
                    case STORED -> round.asked.contains(gateway) && !isWhole(stream, item);
                    case CLOSED -> false;
                };
        if (!worse) {
            return false;
        }
        var content = reader.read(gateway, item);
        var quarantine = quarantine(stream, item, content);
        if (quarantine.isPresent()) {
            return false;
        }
        transaction.renew(gateway, item, quarantine, now);
        stored(gateway, item, content);
        return true;
    }

    private boolean isWhole(StreamId stream, Item item) throws StoreException {
        return transaction
                .payload(stream, item.sequence())
                .filter(here -> Arrays.equals(here, item.payload()))
                .isPresent();
    }

    private void stored(GatewayId gateway, Item item, ItemReader.Content content)
            throws StoreException {
        facts.add(new Fact.Committed(gateway, item, false));
        if (content instanceof ItemReader.Understood(var closures, var finished)) {
            for (var closure : closures) {
                close(gateway, closure);
            }
            finished.forEach(id -> facts.add(new Fact.CommandFinished(gateway, id)));
        }
    }

    /**
     * Tries items again that could not be read when they came.
     *
     * @param next where to go on; -1 where there are no more
     */
    record Retried(List<Fact> facts, long next) {}

    Retried readAgain(long after, int limit) throws StoreException {
        var page = transaction.unreadable(after, limit);
        for (var kept : page) {
            var item = kept.item();
            var stream = new StreamId(kept.gateway(), item.epoch(), item.stream());
            var content = reader.read(kept.gateway(), item);
            if (quarantine(stream, item, content).isEmpty()) {
                transaction.renew(kept.gateway(), item, Optional.empty(), now);
                stored(kept.gateway(), item, content);
            }
        }
        finish();
        return new Retried(facts, page.size() < limit ? -1 : page.getLast().id());
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
            var stream = round.touched(closure.stream());
            if (stream.held.containsAll(RangeSet.of(closure.from(), closure.to()))) {
                return;
            }
            transaction.close(closure, stream.held, now);
            stream.add(closure.from(), closure.to());
            facts.add(new Fact.Closed(gateway, closure));
        }
    }

    // ---- the end

    /** Writes ranges and makes receipts. */
    void finish() throws StoreException {
        for (var entry : round.touched.entrySet()) {
            var stream = entry.getKey();
            var state = entry.getValue();
            if (state.changed) {
                transaction.saveRanges(stream, state.held);
            }
            var lease = round.lease(stream.gateway());
            if (!state.due.isEmpty()
                    && lease.isPresent()
                    && lease.get().epoch().equals(stream.epoch())) {
                answers.add(new Answer(stream.gateway(), receipt(stream, state, lease.get())));
            }
        }
    }

    private Message.Receipt receipt(StreamId stream, Round.Touched state, Lease lease)
            throws StoreException {
        var ranges = new ArrayList<Message.Receipted>();
        for (var range : state.held.ranges()) {
            if (ranges.size() < Limits.MAX_RANGES
                    && !state.due.intersect(RangeSet.of(range.from(), range.to())).isEmpty()) {
                ranges.add(
                        new Message.Receipted(
                                range.from(), range.to(), round.hash(stream, range.to())));
            }
        }
        return new Message.Receipt(
                lease.session(), stream.epoch(), stream.stream(), now, ranges, 0, Seal.NONE);
    }

    private void renew(Lease lease) throws StoreException {
        long age = now - lease.renewedAtNanos();
        if (age < 0 || age > settings.lease().toNanos() / RENEWALS_A_LEASE) {
            round.save(
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
}
