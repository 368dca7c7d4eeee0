package io.drme.simulation;

import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.sync.ChainHeads;
import io.drme.sync.Item;
import io.drme.sync.Message;
import io.drme.sync.RangeSet;
import io.drme.sync.ReceiverStore;
import io.drme.sync.StreamId;
import io.drme.sync.VerifyKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The centre's store with somebody who looks on: what a transaction did is told to the model once
 * it is committed. Also makes commits fail when the world says so.
 */
final class WatchedStore implements ReceiverStore {
    private final ReceiverStore store;
    private final CentreModel model;
    private int failures;

    WatchedStore(ReceiverStore store, CentreModel model) {
        this.store = store;
        this.model = model;
    }

    /** Lets so many transactions fail. */
    void failNext(int transactions) {
        failures = transactions;
    }

    @Override
    public <T> T inTransaction(Work<T> work) throws StoreException {
        var done = new ArrayList<Consumer<CentreModel>>();
        T result =
                store.inTransaction(transaction -> {
                    T inside = work.in(new Watched(transaction, done));
                    if (failures > 0) {
                        failures--;
                        throw new StoreException(
                                "the world lets the commit fail", new IllegalStateException());
                    }
                    return inside;
                });
        done.forEach(change -> change.accept(model));
        return result;
    }

    private record Watched(Transaction real, List<Consumer<CentreModel>> done)
            implements Transaction {
        @Override
        public Optional<Lease> lease(GatewayId gateway) throws StoreException {
            return real.lease(gateway);
        }

        @Override
        public void saveLease(Lease lease) throws StoreException {
            real.saveLease(lease);
        }

        @Override
        public int epochNumber(GatewayId gateway, EpochId epoch, long cloudTimeNanos)
                throws StoreException {
            return real.epochNumber(gateway, epoch, cloudTimeNanos);
        }

        @Override
        public Optional<VerifyKey> gatewayKey(GatewayId gateway, EpochId epoch)
                throws StoreException {
            return real.gatewayKey(gateway, epoch);
        }

        @Override
        public void saveGatewayKey(
                GatewayId gateway, EpochId epoch, VerifyKey key, long cloudTimeNanos)
                throws StoreException {
            real.saveGatewayKey(gateway, epoch, key, cloudTimeNanos);
        }

        @Override
        public Optional<ChainHeads> heads(GatewayId gateway, EpochId epoch) throws StoreException {
            return real.heads(gateway, epoch);
        }

        @Override
        public void saveHeads(GatewayId gateway, EpochId epoch, ChainHeads heads)
                throws StoreException {
            real.saveHeads(gateway, epoch, heads);
        }

        @Override
        public void saveCommand(GatewayId gateway, Message.Command command) throws StoreException {
            real.saveCommand(gateway, command);
        }

        @Override
        public List<OpenCommand> openCommands(long nowNanos) throws StoreException {
            return real.openCommands(nowNanos);
        }

        @Override
        public List<Kept> unreadable(long after, int limit) throws StoreException {
            return real.unreadable(after, limit);
        }

        @Override
        public Optional<byte[]> payload(StreamId stream, long sequence) throws StoreException {
            return real.payload(stream, sequence);
        }

        @Override
        public void renew(
                GatewayId gateway, Item item, Optional<Quarantine> quarantine, long cloudTimeNanos)
                throws StoreException {
            real.renew(gateway, item, quarantine, cloudTimeNanos);
        }

        @Override
        public RangeSet ranges(StreamId stream) throws StoreException {
            return real.ranges(stream);
        }

        @Override
        public void saveRanges(StreamId stream, RangeSet ranges) throws StoreException {
            real.saveRanges(stream, ranges);
            done.add(model -> model.ranges(stream, ranges));
        }

        @Override
        public Optional<Known> find(StreamId stream, long sequence) throws StoreException {
            return real.find(stream, sequence);
        }

        @Override
        public boolean framedAnew(GatewayId gateway, StreamKind stream, Item.Origin origin)
                throws StoreException {
            return real.framedAnew(gateway, stream, origin);
        }

        @Override
        public void insert(
                GatewayId gateway, Item item, Optional<Quarantine> quarantine, long cloudTimeNanos)
                throws StoreException {
            real.insert(gateway, item, quarantine, cloudTimeNanos);
            BrokenInvariant.require(
                    quarantine.isEmpty(), "%s: %s is quarantined: %s", gateway, item, quarantine);
            done.add(model -> model.inserted(gateway, item));
        }

        @Override
        public void close(Closure closure, RangeSet held, long cloudTimeNanos)
                throws StoreException {
            real.close(closure, held, cloudTimeNanos);
            done.add(model -> model.closed(closure, held));
        }

        @Override
        public RangeSet reopen(StreamId stream) throws StoreException {
            var numbers = real.reopen(stream);
            done.add(model -> model.reopened(stream, numbers));
            return numbers;
        }

        @Override
        public List<Message.SequenceHash> hashes(StreamId stream, long from, long to, int limit)
                throws StoreException {
            return real.hashes(stream, from, to, limit);
        }
    }
}
