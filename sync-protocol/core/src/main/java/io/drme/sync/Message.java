package io.drme.sync;

import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything that goes between a gateway and the centre.
 *
 * <p>Each message carries the {@link #session} that the gateway made up for its hello, so that what
 * comes late from a session before is known as such and dropped.
 */
public sealed interface Message {

    /** The session that the message belongs to; 0 where none is known. */
    long session();

    /** From the gateway to the centre. */
    sealed interface Up extends Message {}

    /** From the centre to the gateway. */
    sealed interface Down extends Message {}

    /**
     * What a gateway holds of a stream.
     *
     * @param stream which
     * @param last the greatest sequence it ever gave; 0 when none
     * @param held what it can still send, ascending, at most {@link Limits#MAX_RANGES}
     */
    record Holding(StreamKind stream, long last, List<HeldRange> held) {
        /** Takes an immutable copy. */
        public Holding {
            held = List.copyOf(held);
        }
    }

    /**
     * The gateway begins a session; first of every connection.
     *
     * @param epoch the life of its data directory
     * @param bootCount how often the agent was started on this data directory, from 1
     * @param session 32 random bits of the process, then 32 bits that count its hellos from 1; a
     *     hello that counts less than one heard before of the same process is stale
     * @param instance random number of this process, to tell it from a clone
     * @param host name of the machine, for the alarm that names two clones
     * @param software version of the agent
     * @param configurationHash what it runs, hexadecimal
     * @param schemaHash of the schemas that it writes, hexadecimal
     * @param gatewayTimeNanos wall clock of the gateway, nanoseconds since 1970 UTC
     * @param holdings one a stream that is sent
     * @param key the gateway's; the centre remembers it with the epoch
     * @param heads how far its chains are, signed
     */
    record Hello(
            long session,
            EpochId epoch,
            long bootCount,
            long instance,
            String host,
            String software,
            String configurationHash,
            String schemaHash,
            long gatewayTimeNanos,
            List<Holding> holdings,
            VerifyKey key,
            ChainHeads heads)
            implements Up {
        /** Takes an immutable copy. */
        public Hello {
            holdings = List.copyOf(holdings);
        }
    }

    /** One item of a durable stream: a block or an event. */
    record Delivery(long session, Item item) implements Up {}

    /**
     * Conflated latest values, for pages only: may be lost, and nothing is computed from them.
     *
     * @param values at most {@link Limits#MAX_LIVE_VALUES}
     */
    record Live(long session, EpochId epoch, List<LiveValue> values) implements Up {
        /** Takes an immutable copy. */
        public Live {
            values = List.copyOf(values);
        }
    }

    /**
     * How far a stream is, as the gateway sees it.
     *
     * @param stream which
     * @param last the greatest sequence given
     * @param pendingItems how many items no receipt covers yet
     * @param acknowledged what receipts cover and was not given up before, the newest {@link
     *     Limits#MAX_RANGES} ranges: the counter {@code acknowledged} counts the samples of exactly
     *     these and of older ones
     */
    record Progress(StreamKind stream, long last, long pendingItems, RangeSet acknowledged) {}

    /**
     * How far the gateway is with sending a span again.
     *
     * @param command the id of the command that asked for it
     * @param items how many items it found
     * @param left how many of them the centre has not receipted since
     */
    record Refill(String command, long items, long left) {}

    /**
     * What storing costs the gateway's disk, and how long it can go on without the line.
     *
     * @param writtenBytesADay what is written in a day at the present rate; -1 where not known yet
     * @param autonomyMinutes how long samples find room at the present rate before something has to
     *     give way; -1 where not known yet, or nothing is being stored
     */
    record Endurance(long writtenBytesADay, long autonomyMinutes) {
        /** Nothing is known yet. */
        public static final Endurance UNKNOWN = new Endurance(-1, -1);

        /** Rejects what is less than not known. */
        public Endurance {
            if (writtenBytesADay < -1 || autonomyMinutes < -1) {
                throw new IllegalArgumentException(
                        "no endurance: %d bytes, %d minutes"
                                .formatted(writtenBytesADay, autonomyMinutes));
            }
        }
    }

    /**
     * The gateway lives; sent every few seconds, and it renews the lease.
     *
     * @param gatewayTimeNanos wall clock of the gateway, nanoseconds since 1970 UTC
     * @param counters the terms of exact accounting, in samples, cumulative in this epoch: {@code
     *     read derived filtered accepted acknowledged pending local}, {@code refused.REASON} for
     *     what was given up before it was accepted and {@code dropped.REASON} for what was after
     * @param progress one a stream that is sent
     * @param heads how far its chains are, signed; the same as before where they did not grow
     * @param drainMillis how long the backlog takes at the rate just measured, from 0; -1 where
     *     that is not known
     * @param refills spans that are being sent again
     * @param endurance of its store
     */
    record Status(
            long session,
            EpochId epoch,
            long gatewayTimeNanos,
            SortedMap<String, Long> counters,
            List<Progress> progress,
            ChainHeads heads,
            long drainMillis,
            List<Refill> refills,
            Endurance endurance)
            implements Up {
        /** Takes an immutable copy. */
        public Status {
            counters = Collections.unmodifiableSortedMap(new TreeMap<>(counters));
            progress = List.copyOf(progress);
            refills = List.copyOf(refills);
        }
    }

    /** Asks for the centre's hashes of some items in a range: the search for a fork's place. */
    record HashQuery(long session, EpochId epoch, StreamKind stream, long from, long to)
            implements Up {}

    /**
     * What the centre holds of a stream.
     *
     * @param stream which
     * @param held ascending, at most {@link Limits#MAX_RANGES}
     * @param lastCommon the greatest end of hello's ranges at which both hashes are equal; 0: none
     * @param firstDifferent the smallest end at which they differ; 0: none
     */
    record Standing(StreamKind stream, List<HeldRange> held, long lastCommon, long firstDifferent) {
        /** Takes an immutable copy. */
        public Standing {
            held = List.copyOf(held);
        }
    }

    /**
     * How much may be under way without a receipt.
     *
     * @param items from 1
     * @param bytes of payload; one item may always go
     */
    record Window(int items, long bytes) {}

    /**
     * The centre takes the session.
     *
     * @param epochNumber the centre's own number of the epoch, from 1
     * @param cloudTimeNanos wall clock of the centre, nanoseconds since 1970 UTC
     * @param key what the centre signs with
     * @param successions how it came to that key, for who knows an earlier one
     * @param seal over all of it
     */
    record Welcome(
            long session,
            EpochId epoch,
            int epochNumber,
            long cloudTimeNanos,
            Window window,
            List<Standing> standings,
            VerifyKey key,
            List<CentreKeys.Succession> successions,
            Seal seal)
            implements Down {
        /** Takes an immutable copy. */
        public Welcome {
            standings = List.copyOf(standings);
            successions = List.copyOf(successions);
        }

        /** The same, sealed. */
        Welcome with(Seal by) {
            return new Welcome(
                    session,
                    epoch,
                    epochNumber,
                    cloudTimeNanos,
                    window,
                    standings,
                    key,
                    successions,
                    by);
        }

        /** Whether the centre with that key said exactly this to that gateway. */
        boolean holds(Signatures signatures, VerifyKey by, GatewayId gateway) {
            return seal.holds(signatures, by, Statement.welcome(gateway, this));
        }
    }

    /**
     * A range that the centre holds durably, without a hole.
     *
     * @param hash of item {@code to}; {@link ChainHash#NONE} where the range ends with a drop that
     *     did not name it
     */
    record Receipted(long from, long to, ChainHash hash) {
        /** Rejects an empty range and numbers below 1. */
        public Receipted {
            if (from < 1 || to < from || to == Long.MAX_VALUE) {
                throw new IllegalArgumentException("no range: " + from + " to " + to);
            }
        }
    }

    /**
     * The centre holds these ranges durably; sent after its commit and never before.
     *
     * @param ranges those that the commit touched, whole
     * @param waitedNanos how long the last of the items was at the centre before this was said,
     *     from 0, in whole microseconds: what the gateway waited beyond it, it waited for the line
     * @param seal over all of it
     */
    record Receipt(
            long session,
            EpochId epoch,
            StreamKind stream,
            long cloudTimeNanos,
            List<Receipted> ranges,
            long waitedNanos,
            Seal seal)
            implements Down {
        /** Takes an immutable copy. */
        public Receipt {
            ranges = List.copyOf(ranges);
        }

        /** The same, sealed. */
        Receipt with(Seal by) {
            return new Receipt(session, epoch, stream, cloudTimeNanos, ranges, waitedNanos, by);
        }

        /** The same, said so long after the last item came. */
        Receipt waited(long nanos) {
            return new Receipt(session, epoch, stream, cloudTimeNanos, ranges, nanos, seal);
        }

        /** Whether the centre with that key said exactly this to that gateway. */
        public boolean holds(VerifyKey by, GatewayId gateway) {
            return holds(Signatures.ED25519, by, gateway);
        }

        boolean holds(Signatures signatures, VerifyKey by, GatewayId gateway) {
            return seal.holds(signatures, by, Statement.receipt(gateway, this));
        }
    }

    /** Why something was refused. The codes go on the wire: never reuse one. */
    enum Cause {
        /** The centre knows no such session; say hello. */
        HELLO_FIRST(1),
        /** Too much is under way; halve the window of the backlog and wait. */
        QUOTA(2),
        /** The checksum was wrong; send again. */
        DAMAGED(3),
        /** The centre holds another item under the same number; open a new epoch. */
        FORKED(4),
        /** Another agent holds the lease of this gateway. */
        LEASE_HELD(5),
        /** The centre does not speak this version. */
        VERSION(6),
        /** The centre can't store just now; wait. */
        UNAVAILABLE(7);

        private final int code;

        Cause(int code) {
            this.code = code;
        }

        /** The number on the wire. */
        public int code() {
            return code;
        }

        /**
         * Finds a cause by its number.
         *
         * @throws IllegalArgumentException when no cause has that number
         */
        public static Cause ofCode(int code) {
            for (var cause : values()) {
                if (cause.code == code) {
                    return cause;
                }
            }
            throw new IllegalArgumentException("no cause of refusal has the code " + code);
        }
    }

    /**
     * Something was not taken, and nothing of it was stored.
     *
     * @param cause why
     * @param stream of what was refused; {@code LOCAL} where it was no item
     * @param sequence of what was refused; 0 where it was no item, or its number can't be trusted
     * @param retryAfterMillis wait so long before the next try
     * @param detail for a person: what, where, what to do
     */
    record Refusal(
            long session,
            Cause cause,
            StreamKind stream,
            long sequence,
            long retryAfterMillis,
            String detail)
            implements Down {}

    /** A new window. */
    record Grant(long session, Window window) implements Down {}

    /**
     * Something a person at the centre wants done. It may come more than once; the id tells.
     *
     * @param id unique, 1 to 64 of {@code [a-z0-9-]}
     * @param expiresAtNanos not to be done after, nanoseconds since 1970 UTC
     * @param issuer who wants it
     * @param verb what, for example {@code acknowledge}
     * @param arguments its details
     */
    record Command(
            long session,
            String id,
            long issuedAtNanos,
            long expiresAtNanos,
            String issuer,
            String verb,
            Map<String, String> arguments)
            implements Down {
        /** Takes an immutable copy. */
        public Command {
            arguments = Map.copyOf(arguments);
        }
    }

    /** A sequence and the hash of its item. */
    record SequenceHash(long sequence, ChainHash hash) {}

    /**
     * Hashes of items that the centre holds, evenly spread over the range asked for, ascending;
     * empty when it holds none there.
     */
    record HashAnswer(
            long session, StreamKind stream, long from, long to, List<SequenceHash> hashes)
            implements Down {
        /** Takes an immutable copy. */
        public HashAnswer {
            hashes = List.copyOf(hashes);
        }
    }
}
