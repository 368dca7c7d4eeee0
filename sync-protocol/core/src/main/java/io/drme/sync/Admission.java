package io.drme.sync;

import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.sync.Message.Cause;
import io.drme.sync.Receiver.Answer;
import io.drme.sync.ReceiverStore.Lease;
import io.drme.sync.ReceiverStore.StoreException;
import java.util.ArrayList;
import java.util.List;

/** Takes hellos: decides who may send for a gateway, and tells it what the centre holds. */
final class Admission {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Round round;
    private final CentreKeys keys;

    Admission(Round round, CentreKeys keys) {
        this.round = round;
        this.keys = keys;
    }

    void hello(GatewayId gateway, Message.Hello hello) throws StoreException {
        var held = round.lease(gateway);
        if (held.isPresent()) {
            var lease = held.get();
            boolean same = lease.instance() == hello.instance();
            if (same && count(hello.session()) < count(lease.session())) {
                return;
            }
            boolean later =
                    lease.epoch().equals(hello.epoch()) && hello.bootCount() > lease.bootCount();
            long age = round.now - lease.renewedAtNanos();
            boolean expired = age < 0 || age > round.settings.lease().toNanos();
            if (!same && !later && !expired) {
                refuseClone(gateway, lease, hello, round.settings.lease().toNanos() - age);
                return;
            }
        }
        round.save(
                new Lease(
                        gateway,
                        hello.epoch(),
                        hello.bootCount(),
                        hello.instance(),
                        hello.session(),
                        hello.host(),
                        round.now));
        int number = round.transaction.epochNumber(gateway, hello.epoch(), round.now);
        reopen(gateway, hello.epoch());
        var standings = new ArrayList<Message.Standing>();
        for (var holding : hello.holdings()) {
            if (holding.stream() != StreamKind.LOCAL) {
                standings.add(standing(gateway, hello.epoch(), holding));
            }
        }
        round.answers.add(
                new Answer(
                        gateway,
                        new Message.Welcome(
                                hello.session(),
                                hello.epoch(),
                                number,
                                round.now,
                                round.settings.window(),
                                standings,
                                keys.current().verifyKey(),
                                keys.successions(),
                                Seal.NONE)));
        round.facts.add(new Fact.Joined(gateway, hello, number));
        new HeadCheck(round, keys.signatures()).greeted(gateway, hello);
    }

    /**
     * Another life of the gateway may have said that this epoch is over, before or after which the
     * centre was restored: but here is somebody who lives in it and may still hold what was closed.
     */
    private void reopen(GatewayId gateway, EpochId epoch) throws StoreException {
        for (var kind : List.of(StreamKind.DATA, StreamKind.EVENTS)) {
            var stream = new StreamId(gateway, epoch, kind);
            var numbers = round.transaction.reopen(stream);
            if (!numbers.isEmpty()) {
                round.touched(stream).remove(numbers);
            }
        }
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
        round.answers.add(
                new Answer(
                        gateway,
                        new Message.Refusal(
                                hello.session(),
                                Cause.LEASE_HELD,
                                StreamKind.LOCAL,
                                0,
                                remainingNanos / NANOS_PER_MILLI + 1,
                                detail)));
        round.facts.add(new Fact.CloneRefused(gateway, lease, hello));
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
                var ours = round.hash(stream, end.sequence());
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
        for (var range : round.touched(stream).held.newest(Limits.MAX_RANGES).ranges()) {
            held.add(
                    new HeldRange(
                            range.from(),
                            range.to(),
                            round.hash(stream, range.from()),
                            round.hash(stream, range.to())));
        }
        return new Message.Standing(holding.stream(), held, common, different);
    }
}
