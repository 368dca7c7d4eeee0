package io.drme.testing;

import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.sync.ChainHash;
import io.drme.sync.ChainHeads;
import io.drme.sync.Item;
import io.drme.sync.Message;
import io.drme.sync.RangeSet;
import io.drme.sync.ReceiverStore;
import io.drme.sync.StreamId;
import io.drme.sync.VerifyKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The centre's store in memory: what a test looks into. A transaction that throws is undone, as in
 * the real one. Confined to one thread.
 */
public final class MemoryReceiverStore implements ReceiverStore {

    /** An item with what became of it. */
    public record Row(Item item, Optional<Quarantine> quarantine) {}

    private final Map<GatewayId, Lease> leases = new HashMap<>();
    private final Map<GatewayId, List<EpochId>> epochs = new HashMap<>();
    private final Map<StreamId, RangeSet> ranges = new HashMap<>();
    private final Map<StreamId, NavigableMap<Long, Row>> rows = new HashMap<>();
    private final Map<StreamId, NavigableMap<Long, Closure>> closures = new HashMap<>();
    private final Map<Framed, Boolean> origins = new HashMap<>();
    private final Map<GatewayId, Map<EpochId, VerifyKey>> keys = new HashMap<>();
    private final Map<GatewayId, Map<EpochId, ChainHeads>> heads = new HashMap<>();
    private final Map<String, OpenCommand> commands = new LinkedHashMap<>();
    private final Set<String> finished = new HashSet<>();
    private int failures;

    private record Framed(GatewayId gateway, StreamKind stream, Item.Origin origin) {}

    /** A store with the same content, which goes its own way from here: a backup. */
    public MemoryReceiverStore copy() {
        var copy = new MemoryReceiverStore();
        copy.leases.putAll(leases);
        epochs.forEach((gateway, list) -> copy.epochs.put(gateway, new ArrayList<>(list)));
        copy.ranges.putAll(ranges);
        copy.origins.putAll(origins);
        keys.forEach((gateway, map) -> copy.keys.put(gateway, new HashMap<>(map)));
        heads.forEach((gateway, map) -> copy.heads.put(gateway, new HashMap<>(map)));
        copy.commands.putAll(commands);
        copy.finished.addAll(finished);
        rows.forEach((stream, map) -> copy.rows.put(stream, new TreeMap<>(map)));
        closures.forEach((stream, map) -> copy.closures.put(stream, new TreeMap<>(map)));
        return copy;
    }

    /** Lets this many transactions fail at their commit. */
    public void failNext(int transactions) {
        failures = transactions;
    }

    /** A command has its result: what the real store reads from the event that brings it. */
    public void finish(String command) {
        finished.add(command);
    }

    /** Lets the bytes of a stored item go bad. */
    public void damage(StreamId stream, long sequence) {
        rows(stream)
                .computeIfPresent(
                        sequence,
                        (_, row) -> {
                            var bytes = row.item().payload().clone();
                            bytes[0] ^= 1;
                            var i = row.item();
                            return new Row(
                                    new Item(
                                            i.epoch(),
                                            i.stream(),
                                            i.sequence(),
                                            i.samples(),
                                            i.previous(),
                                            i.hash(),
                                            i.origin(),
                                            bytes),
                                    row.quarantine());
                        });
    }

    /** The items of a stream by their sequence. */
    public NavigableMap<Long, Row> rows(StreamId stream) {
        return rows.getOrDefault(stream, new TreeMap<>());
    }

    /** All streams that anything is held of. */
    public List<StreamId> streams() {
        return List.copyOf(ranges.keySet());
    }

    /** What is held of a stream. */
    public RangeSet held(StreamId stream) {
        return ranges.getOrDefault(stream, RangeSet.EMPTY);
    }

    /** What was closed of a stream, by its first sequence. */
    public NavigableMap<Long, Closure> closures(StreamId stream) {
        return closures.getOrDefault(stream, new TreeMap<>());
    }

    @Override
    public <T> T inTransaction(Work<T> work) throws StoreException {
        var open = new Open();
        boolean committed = false;
        try {
            var result = work.in(open);
            if (failures > 0) {
                failures--;
                throw new StoreException("the test lets this commit fail", new Exception());
            }
            committed = true;
            return result;
        } finally {
            if (!committed) {
                open.undo();
            }
        }
    }

    private final class Open implements Transaction {
        private final Deque<Runnable> undo = new ArrayDeque<>();

        void undo() {
            while (!undo.isEmpty()) {
                undo.pop().run();
            }
        }

        private <K, V> void put(Map<K, V> map, K key, V value) {
            boolean had = map.containsKey(key);
            var before = map.put(key, value);
            undo.push(() -> {
                if (had && before != null) {
                    map.put(key, before);
                } else {
                    map.remove(key);
                }
            });
        }

        @Override
        public Optional<Lease> lease(GatewayId gateway) {
            return Optional.ofNullable(leases.get(gateway));
        }

        @Override
        public void saveLease(Lease lease) {
            put(leases, lease.gateway(), lease);
        }

        @Override
        public int epochNumber(GatewayId gateway, EpochId epoch, long cloudTimeNanos) {
            var known = epochs.getOrDefault(gateway, List.of());
            if (!known.contains(epoch)) {
                var more = new ArrayList<>(known);
                more.add(epoch);
                put(epochs, gateway, more);
                known = more;
            }
            return known.indexOf(epoch) + 1;
        }

        @Override
        public void saveCommand(GatewayId gateway, Message.Command command) {
            if (!commands.containsKey(command.id())) {
                put(commands, command.id(), new OpenCommand(gateway, command));
            }
        }

        @Override
        public List<OpenCommand> openCommands(long nowNanos) {
            return commands.values().stream()
                    .filter(c -> c.command().expiresAtNanos() >= nowNanos)
                    .filter(c -> !finished.contains(c.command().id()))
                    .toList();
        }

        @Override
        public List<Kept> unreadable(long after, int limit) {
            var kept = new ArrayList<Kept>();
            long id = 0;
            for (var entry : rows.entrySet()) {
                for (var row : entry.getValue().values()) {
                    id++;
                    if (id > after
                            && kept.size() < limit
                            && row.quarantine().filter(q -> !q.offChain()).isPresent()) {
                        kept.add(new Kept(id, entry.getKey().gateway(), row.item()));
                    }
                }
            }
            return kept;
        }

        @Override
        public Optional<byte[]> payload(StreamId stream, long sequence) {
            return Optional.ofNullable(rows(stream).get(sequence)).map(r -> r.item().payload());
        }

        @Override
        public void renew(
                GatewayId gateway,
                Item item,
                Optional<Quarantine> quarantine,
                long cloudTimeNanos) {
            var stream = new StreamId(gateway, item.epoch(), item.stream());
            put(rows(stream), item.sequence(), new Row(item, quarantine));
        }

        @Override
        public Optional<VerifyKey> gatewayKey(GatewayId gateway, EpochId epoch) {
            return Optional.ofNullable(keys.getOrDefault(gateway, Map.of()).get(epoch));
        }

        @Override
        public void saveGatewayKey(
                GatewayId gateway, EpochId epoch, VerifyKey key, long cloudTimeNanos) {
            put(keys.computeIfAbsent(gateway, _ -> new HashMap<>()), epoch, key);
        }

        @Override
        public Optional<ChainHeads> heads(GatewayId gateway, EpochId epoch) {
            return Optional.ofNullable(heads.getOrDefault(gateway, Map.of()).get(epoch));
        }

        @Override
        public void saveHeads(GatewayId gateway, EpochId epoch, ChainHeads newest) {
            put(heads.computeIfAbsent(gateway, _ -> new HashMap<>()), epoch, newest);
        }

        @Override
        public RangeSet ranges(StreamId stream) {
            return held(stream);
        }

        @Override
        public void saveRanges(StreamId stream, RangeSet held) {
            put(ranges, stream, held);
        }

        @Override
        public Optional<Known> find(StreamId stream, long sequence) {
            var row = rows(stream).get(sequence);
            if (row != null) {
                boolean offChain = row.quarantine().filter(Quarantine::offChain).isPresent();
                return Optional.of(
                        new Known(
                                row.item().previous(),
                                row.item().hash(),
                                row.quarantine().isPresent() ? State.QUARANTINED : State.STORED,
                                !offChain));
            }
            var closure = closures(stream).floorEntry(sequence);
            if (closure == null || closure.getValue().to() < sequence) {
                return Optional.empty();
            }
            boolean end = closure.getValue().to() == sequence;
            var hash = end ? closure.getValue().lastHash() : ChainHash.NONE;
            return Optional.of(new Known(ChainHash.NONE, hash, State.CLOSED, !hash.isNone()));
        }

        @Override
        public boolean framedAnew(GatewayId gateway, StreamKind stream, Item.Origin origin) {
            return origins.containsKey(new Framed(gateway, stream, origin));
        }

        @Override
        public void insert(
                GatewayId gateway,
                Item item,
                Optional<Quarantine> quarantine,
                long cloudTimeNanos) {
            var stream = new StreamId(gateway, item.epoch(), item.stream());
            var map = rows.computeIfAbsent(stream, _ -> new TreeMap<>());
            if (map.containsKey(item.sequence())) {
                throw new IllegalStateException("there already: " + item);
            }
            put(map, item.sequence(), new Row(item, quarantine));
            if (item.origin() != null) {
                put(origins, new Framed(gateway, item.stream(), item.identity()), true);
            }
        }

        @Override
        public void close(Closure closure, RangeSet held, long cloudTimeNanos) {
            var map = closures.computeIfAbsent(closure.stream(), _ -> new TreeMap<>());
            var open = RangeSet.of(closure.from(), closure.to()).minus(held);
            for (var part : open.ranges()) {
                var lastHash = part.to() == closure.to() ? closure.lastHash() : ChainHash.NONE;
                put(
                        map,
                        part.from(),
                        new Closure(
                                closure.stream(),
                                part.from(),
                                part.to(),
                                closure.samples(),
                                lastHash,
                                closure.cause()));
            }
        }

        @Override
        public RangeSet reopen(StreamId stream) {
            var numbers = RangeSet.EMPTY;
            var map = closures.getOrDefault(stream, new TreeMap<>());
            for (var closure : List.copyOf(map.values())) {
                if (closure.cause().equals(Closure.EPOCH_ENDED)) {
                    numbers = numbers.with(closure.from(), closure.to());
                    map.remove(closure.from());
                    undo.push(() -> map.put(closure.from(), closure));
                }
            }
            return numbers;
        }

        @Override
        public List<Message.SequenceHash> hashes(StreamId stream, long from, long to, int limit) {
            var all = new TreeMap<Long, ChainHash>();
            rows(stream)
                    .subMap(from, true, to, true)
                    .forEach((sequence, row) -> all.put(sequence, row.item().hash()));
            for (var closure : closures(stream).values()) {
                long end = closure.to();
                if (end >= from && end <= to && !closure.lastHash().isNone()) {
                    all.put(end, closure.lastHash());
                }
            }
            var list =
                    all.entrySet().stream()
                            .map(e -> new Message.SequenceHash(e.getKey(), e.getValue()))
                            .toList();
            if (list.size() <= limit) {
                return list;
            }
            var spread = new ArrayList<Message.SequenceHash>();
            for (int i = 0; i < limit; i++) {
                spread.add(list.get((int) ((long) i * (list.size() - 1) / (limit - 1))));
            }
            return spread;
        }
    }
}
