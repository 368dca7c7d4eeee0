package io.drme.sync;

import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.sync.Message.Cause;
import io.drme.sync.Receiver.Answer;
import io.drme.sync.ReceiverStore.Known;
import io.drme.sync.ReceiverStore.Lease;
import io.drme.sync.ReceiverStore.StoreException;
import io.drme.sync.ReceiverStore.Transaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One transaction of the receiver as its parts see it: what was read and changed so far, and what
 * is to be said and told after the commit.
 */
final class Round {
    final Transaction transaction;
    final ReceiverSettings settings;

    /** Wall clock of the centre. */
    final long now;

    final Map<StreamId, Touched> touched = new LinkedHashMap<>();
    final List<Answer> answers = new ArrayList<>();
    final List<Fact> facts = new ArrayList<>();
    private final Map<GatewayId, Optional<Lease>> leases = new HashMap<>();

    /** A stream in this transaction: what is held, and which numbers a receipt is due for. */
    static final class Touched {
        RangeSet held;
        RangeSet due = RangeSet.EMPTY;
        boolean changed;

        Touched(RangeSet held) {
            this.held = held;
        }

        void remove(RangeSet numbers) {
            var less = held.minus(numbers);
            changed |= !less.equals(held);
            held = less;
        }

        void add(long from, long to) {
            var more = held.with(from, to);
            changed |= !more.equals(held);
            held = more;
            due = due.with(from, to);
        }
    }

    /** Gateways that send again what is held here already, to have it mended. */
    final Set<GatewayId> asked;

    Round(Transaction transaction, ReceiverSettings settings, Set<GatewayId> asked, long now) {
        this.transaction = transaction;
        this.settings = settings;
        this.asked = asked;
        this.now = now;
    }

    Touched touched(StreamId stream) throws StoreException {
        var known = touched.get(stream);
        if (known == null) {
            known = new Touched(transaction.ranges(stream));
            touched.put(stream, known);
        }
        return known;
    }

    Optional<Lease> lease(GatewayId gateway) throws StoreException {
        var known = leases.get(gateway);
        if (known == null) {
            known = transaction.lease(gateway);
            leases.put(gateway, known);
        }
        return known;
    }

    void save(Lease lease) throws StoreException {
        transaction.saveLease(lease);
        leases.put(lease.gateway(), Optional.of(lease));
    }

    ChainHash hash(StreamId stream, long sequence) throws StoreException {
        return transaction.find(stream, sequence).map(Known::hash).orElse(ChainHash.NONE);
    }

    void say(GatewayId gateway, Message.Down message) {
        answers.add(new Answer(gateway, message));
    }

    void refuse(
            GatewayId gateway,
            long session,
            Cause cause,
            StreamKind stream,
            long sequence,
            String detail) {
        say(gateway, new Message.Refusal(session, cause, stream, sequence, 0, detail));
    }
}
