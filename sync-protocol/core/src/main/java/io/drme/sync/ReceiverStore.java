package io.drme.sync;

import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import java.io.Serial;
import java.util.List;
import java.util.Optional;

/**
 * The centre's durable store as the {@link Receiver} needs it: the one place where an item becomes
 * the centre's.
 *
 * <p><b>Threads.</b> Called by the one thread that runs the receiver; may block.
 *
 * <p>Every implementation passes {@code ReceiverStoreContract} of the testkit.
 */
public interface ReceiverStore {

    /**
     * Does the work in one transaction: when this returns, all of it is durable (it survives a
     * power cut); when it throws, nothing of it happened. {@code work} may be run again from its
     * beginning after a conflict, so it has no effect but through the transaction.
     *
     * @throws StoreException when the store can't do it now
     */
    <T> T inTransaction(Work<T> work) throws StoreException;

    /** What is done in a transaction. */
    @FunctionalInterface
    interface Work<T> {
        /** Does it. */
        T in(Transaction transaction) throws StoreException;
    }

    /** The store can't be used for now; the message says why and what to do. */
    final class StoreException extends Exception {
        @Serial private static final long serialVersionUID = 1;

        /** Says what could not be done and why. */
        public StoreException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Who may send for a gateway.
     *
     * @param epoch its life of the data directory
     * @param bootCount its start on that directory
     * @param instance its process
     * @param session its newest session: what is sent in another one is refused
     * @param host its machine, for people
     * @param renewedAtNanos when it was last heard of, cloud wall clock, nanoseconds since 1970
     */
    record Lease(
            GatewayId gateway,
            EpochId epoch,
            long bootCount,
            long instance,
            long session,
            String host,
            long renewedAtNanos) {}

    /** What became of an item. The codes go on disk: never reuse one. */
    enum State {
        /** Stored, and its place in the chain is right as far as its neighbours are there. */
        STORED(1),
        /**
         * Its bytes are stored and it is acknowledged, but it can't be read or is off the chain.
         */
        QUARANTINED(2),
        /** Its samples were removed by retention; number and hash stay. */
        EXPIRED(3),
        /** The gateway dropped it and said so; there are no bytes. */
        CLOSED(4);

        private final int code;

        State(int code) {
            this.code = code;
        }

        /** The number on disk. */
        public int code() {
            return code;
        }
    }

    /**
     * What is known of one number.
     *
     * @param previous the hash that the item names as its predecessor's
     * @param hash its own; within a closed range {@link ChainHash#NONE} but at its end
     * @param state what became of it
     * @param chained whether its hashes may be held against its neighbours: false for one that is
     *     quarantined as off the chain, and inside a closed range
     */
    record Known(ChainHash previous, ChainHash hash, State state, boolean chained) {}

    /**
     * Why an item is kept but not used.
     *
     * @param offChain whether its hash does not fit its neighbour's
     * @param detail for a person
     */
    record Quarantine(boolean offChain, String detail) {}

    /**
     * A range that the gateway will never send, mostly because it dropped it.
     *
     * @param stream of the same gateway and epoch as the event that says so
     * @param from first sequence
     * @param to last sequence
     * @param samples how many samples are lost with it
     * @param lastHash hash of item {@code to}; {@link ChainHash#NONE} where it is not known
     * @param cause why, in one word, for example {@code budget}; with {@link #MOVED} nothing is
     *     lost: the samples are held under another number
     */
    record Closure(
            StreamId stream, long from, long to, long samples, ChainHash lastHash, String cause) {
        /** The cause of a number whose samples are held in another epoch. */
        public static final String MOVED = "moved";

        /**
         * The cause of numbers of an epoch that is over, which a restored centre has not. A copy of
         * the data directory may still live in that epoch and hold them: then they are reopened.
         */
        public static final String EPOCH_ENDED = "epoch-ended";
    }

    /** A command that waits for its result. */
    record OpenCommand(GatewayId gateway, Message.Command command) {}

    /**
     * An item that is kept apart.
     *
     * @param id ascending, for asking on
     */
    record Kept(long id, GatewayId gateway, Item item) {}

    /** One transaction. Reads see its own writes. */
    interface Transaction {

        /** The lease of a gateway. */
        Optional<Lease> lease(GatewayId gateway) throws StoreException;

        /** Writes the lease of a gateway. */
        void saveLease(Lease lease) throws StoreException;

        /** The centre's number of an epoch: 1 for a gateway's first, given at first sight. */
        int epochNumber(GatewayId gateway, EpochId epoch, long cloudTimeNanos)
                throws StoreException;

        /** The key with which a gateway signs in an epoch, as its first hello told. */
        Optional<VerifyKey> gatewayKey(GatewayId gateway, EpochId epoch) throws StoreException;

        /** Remembers the key of an epoch that has none yet. */
        void saveGatewayKey(GatewayId gateway, EpochId epoch, VerifyKey key, long cloudTimeNanos)
                throws StoreException;

        /** The newest ends of an epoch's chains that the gateway signed. */
        Optional<ChainHeads> heads(GatewayId gateway, EpochId epoch) throws StoreException;

        /** Writes the newest ends of an epoch's chains; their seal was checked. */
        void saveHeads(GatewayId gateway, EpochId epoch, ChainHeads heads) throws StoreException;

        /** Remembers a command that goes down; nothing where its id is known. */
        void saveCommand(GatewayId gateway, Message.Command command) throws StoreException;

        /** Commands without a result that do not expire before a time, oldest first. */
        List<OpenCommand> openCommands(long nowNanos) throws StoreException;

        /**
         * Items in quarantine because they could not be read, each with its bytes.
         *
         * @param after only behind this one, by {@link Kept#id}; 0 from the first
         */
        List<Kept> unreadable(long after, int limit) throws StoreException;

        /** The bytes of an item as they are here now; nothing where there are none. */
        Optional<byte[]> payload(StreamId stream, long sequence) throws StoreException;

        /**
         * Writes an item once more under the number and with the hash that it has here, in place of
         * what there is: its bytes were damaged or expired, or its quarantine ended.
         */
        void renew(
                GatewayId gateway, Item item, Optional<Quarantine> quarantine, long cloudTimeNanos)
                throws StoreException;

        /** What is held of a stream: stored, quarantined, expired and closed. */
        RangeSet ranges(StreamId stream) throws StoreException;

        /**
         * Writes what is held of a stream. Ranges never shrink but by a restore of the store, and
         * by {@link #reopen}.
         */
        void saveRanges(StreamId stream, RangeSet ranges) throws StoreException;

        /** What is known of a number, closed ranges included. */
        Optional<Known> find(StreamId stream, long sequence) throws StoreException;

        /**
         * Whether an item is held that was framed anew and has this {@link Item#origin}. Items
         * under their first number do not count.
         */
        boolean framedAnew(GatewayId gateway, StreamKind stream, Item.Origin origin)
                throws StoreException;

        /**
         * Inserts an item under unique (gateway, epoch, stream, sequence).
         *
         * @param quarantine why it can't be used, if so; its state is then QUARANTINED
         * @param cloudTimeNanos when it came, nanoseconds since 1970 UTC
         * @throws IllegalStateException when the number is taken; the receiver looks before
         */
        void insert(
                GatewayId gateway, Item item, Optional<Quarantine> quarantine, long cloudTimeNanos)
                throws StoreException;

        /**
         * Closes what is not held yet of a range; numbers already held keep what they have.
         *
         * @param held what was held before this call
         */
        void close(Closure closure, RangeSet held, long cloudTimeNanos) throws StoreException;

        /**
         * Takes back what was closed as {@link Closure#EPOCH_ENDED}: somebody lives in that epoch.
         *
         * @return the numbers that are open again; the caller writes the ranges without them
         */
        RangeSet reopen(StreamId stream) throws StoreException;

        /**
         * Hashes of items held within a range, at most {@code limit}, evenly spread by rank, always
         * with the first and the last that is held there where {@code limit} is at least 2;
         * ascending. Numbers inside closed ranges, whose hash is not known, are left out.
         */
        List<Message.SequenceHash> hashes(StreamId stream, long from, long to, int limit)
                throws StoreException;
    }
}
