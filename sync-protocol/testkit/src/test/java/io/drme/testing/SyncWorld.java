package io.drme.testing;

import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.sync.CentreKeys;
import io.drme.sync.ChainHash;
import io.drme.sync.Fact;
import io.drme.sync.Item;
import io.drme.sync.ItemReader;
import io.drme.sync.LineBudget;
import io.drme.sync.Message;
import io.drme.sync.MessageCodec;
import io.drme.sync.RangeSet;
import io.drme.sync.Receiver;
import io.drme.sync.ReceiverSettings;
import io.drme.sync.ReceiverStore;
import io.drme.sync.ReceiverStore.Closure;
import io.drme.sync.Sender;
import io.drme.sync.SenderSettings;
import io.drme.sync.SigningKey;
import io.drme.sync.StreamId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Several gateways and a centre on one thread in virtual time; a seed decides every fault. After
 * every event the invariants are checked, and after the lines are mended everything must arrive.
 */
final class SyncWorld {
    /** A mistake planted on purpose: the simulation is believed because it finds these. */
    enum Bug {
        NONE,
        /** The centre says receipts for what a crash still loses. */
        RECEIPT_BEFORE_DISK,
        /** A gateway that opens a new epoch frames anew what the centre holds, too. */
        FRAMES_ALL_ANEW,
        /** The centre takes a hole for held, as one watermark instead of a set would. */
        WATERMARK
    }

    private static final class Gateway {
        final GatewayId id;
        MemorySenderLog log;
        MemorySenderLog snapshot;
        final MemoryNotary notary;
        Sender sender;

        /** Serial numbers of the blocks that are accepted. */
        final Set<Long> accepted = new HashSet<>();

        /** Those of them that were given up. */
        final Set<Long> dropped = new HashSet<>();

        /** Restores of the centre that the snapshot knows of; -1 where it missed the last one. */
        int snapshotRestores;

        /** Whether the centre lost something and no welcome has told the gateway. */
        boolean centreRestored;

        Gateway(GatewayId id, MemorySenderLog log, MemoryNotary notary, Sender sender) {
            this.id = id;
            this.notary = notary;
            this.log = log;
            this.snapshot = log.copy();
            this.sender = sender;
        }
    }

    final ManualClock clock = new ManualClock();
    final SimulatedNetwork network;
    private final Random random;
    private final Bug bug;
    private final List<Gateway> gateways = new ArrayList<>();
    private final Map<Long, Long> snapshotSerial = new HashMap<>();

    /** What receipts said is durable, since the centre was last restored. */
    private final Map<StreamId, RangeSet> receipted = new HashMap<>();

    private MemoryReceiverStore store = new MemoryReceiverStore();
    private MemoryReceiverStore backup = new MemoryReceiverStore();
    private MemoryReceiverStore onDisk = new MemoryReceiverStore();
    private CentreKeys keys;
    private Receiver receiver;
    private final List<String> traces = new ArrayList<>();
    private long serial;
    private long commits;
    int receipts;
    int restores;
    private int centreRestores;

    SyncWorld(long seed, Bug bug) {
        this.random = new Random(seed * 7919);
        this.bug = bug;
        this.network = new SimulatedNetwork(random, clock);
        this.keys = new CentreKeys(CheapSignatures.CHEAP, SigningKey.make(random), List.of());
        this.receiver = newReceiver();
        int count = 2 + random.nextInt(2);
        for (int i = 0; i < count; i++) {
            var id = new GatewayId("g" + i);
            var log = new MemorySenderLog(random);
            var notary = new MemoryNotary(id, CheapSignatures.CHEAP, random);
            gateways.add(new Gateway(id, log, notary, newSender(notary, log)));
        }
    }

    private Receiver newReceiver() {
        return new Receiver(seen(), SyncWorld::read, keys, clock, ReceiverSettings.DEFAULTS);
    }

    private Sender newSender(MemoryNotary notary, MemorySenderLog log) {
        return new Sender(
                bug == Bug.FRAMES_ALL_ANEW ? PlantedBugs.framesAllAnew(log) : log,
                notary,
                network.line(notary.gateway()),
                clock,
                SenderSettings.defaults(random.nextLong(), "box", "1", LineBudget.NONE));
    }

    // ---- the run

    void run(int events) {
        network.faults(
                new SimulatedNetwork.Faults(
                        random.nextDouble() * 0.2,
                        random.nextDouble() * 0.2,
                        random.nextDouble() * 0.05,
                        Duration.ofMillis(1 + random.nextInt(3_000))));
        for (int i = 0; i < events; i++) {
            long before = commits;
            event();
            if (commits != before) {
                checkInvariants();
            }
        }
        heal();
        checkAllArrived();
    }

    private void event() {
        clock.advance(Duration.ofMillis(1 + random.nextInt(400)));
        var gateway = gateways.get(random.nextInt(gateways.size()));
        switch (random.nextInt(100)) {
            case 0, 1 -> network.cut(gateway.id);
            case 2, 3, 4, 5, 6, 7 -> network.mend(gateway.id);
            case 8 -> restartSender(gateway);
            case 9 -> restartReceiver();
            case 10 -> gateway.snapshot = snapshot(gateway);
            case 11 -> {
                if (random.nextInt(4) == 0) {
                    restoreSender(gateway);
                }
            }
            case 12 -> backup = store.copy();
            case 13 -> {
                if (random.nextInt(6) == 0) {
                    restoreReceiver();
                }
            }
            case 14 -> store.failNext(random.nextInt(3));
            case 15 -> release(gateway);
            case 16 -> drop(gateway);
            case 17, 18, 19, 20 -> gateway.log.append(StreamKind.EVENTS, "event:" + ++serial);
            case 22 -> gateway.log.readable(random.nextInt(3) > 0);
            case 21 -> gateway.log.append(StreamKind.EVENTS, "unreadable:" + ++serial);
            default -> {
                if (random.nextInt(3) == 0) {
                    accept(gateway);
                }
            }
        }
        step();
    }

    private void step() {
        for (var gateway : gateways) {
            for (int i = 0; i < 20 && gateway.sender.step(); i++) {
                // It stops when there is nothing more to do just now.
            }
            gateway.centreRestored &= gateway.sender.state().phase() != Sender.Phase.SENDING;
        }
        var arrivals = network.arrived(1 + random.nextInt(20));
        while (!arrivals.isEmpty()) {
            var outcome = receiver.receive(arrivals);
            if (bug == Bug.RECEIPT_BEFORE_DISK && random.nextInt(3) == 0) {
                onDisk = store.copy();
            }
            outcome.answers().forEach(this::answer);
            outcome.facts().forEach(this::check);
            arrivals = network.arrived(1 + random.nextInt(20));
        }
    }

    private void answer(Receiver.Answer answer) {
        if (answer.message() instanceof Message.Receipt receipt) {
            receipts++;
            checkReceipt(answer.gateway(), receipt);
        }
        network.down(answer.gateway(), MessageCodec.encode(answer.message()));
    }

    private void accept(Gateway gateway) {
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            gateway.log.append(StreamKind.DATA, "id:" + ++serial);
            gateway.accepted.add(serial);
        }
    }

    // ---- faults

    private void restartSender(Gateway gateway) {
        network.cut(gateway.id);
        gateway.log.boot();
        gateway.sender = newSender(gateway.notary, gateway.log);
    }

    private MemorySenderLog snapshot(Gateway gateway) {
        snapshotSerial.put((long) gateways.indexOf(gateway), serial);
        gateway.snapshotRestores = gateway.centreRestored ? -1 : centreRestores;
        return gateway.log.copy();
    }

    /** The data directory goes back to an older state, as from a backup of the box. */
    private void restoreSender(Gateway gateway) {
        restores++;
        trace("restored " + gateway.id);
        gateway.log = gateway.snapshot.copy();
        long known = snapshotSerial.getOrDefault((long) gateways.indexOf(gateway), 0L);
        // What was accepted since is only where the centre has it.
        gateway.accepted.removeIf(s -> s > known);
        gateway.snapshot = gateway.log.copy();
        // It believes receipts of a centre that was restored since, until a welcome says otherwise.
        gateway.centreRestored |= gateway.snapshotRestores != centreRestores;
        restartSender(gateway);
        if (random.nextBoolean()) {
            accept(gateway);
        }
    }

    private void restartReceiver() {
        gateways.forEach(g -> network.cut(g.id));
        if (bug == Bug.RECEIPT_BEFORE_DISK) {
            store = onDisk.copy();
        }
        if (random.nextInt(4) == 0) {
            keys = keys.rotated(random);
        }
        receiver = newReceiver();
        receipted.forEach((stream, ranges) ->
                require(
                        ranges.minus(store.held(stream)).isEmpty(),
                        "the centre forgot in a crash what it had receipted of " + stream));
    }

    /** The centre's database goes back to an older state. */
    private void restoreReceiver() {
        restores++;
        centreRestores++;
        receipted.clear();
        gateways.forEach(g -> network.cut(g.id));
        store = backup.copy();
        onDisk = store.copy();
        receiver = newReceiver();
        for (var gateway : gateways) {
            gateway.centreRestored = true;
            gateway.snapshot = snapshot(gateway);
            gateway.sender.step();
        }
    }

    private boolean isStored(GatewayId gateway, long wanted) {
        return store.streams().stream()
                .filter(s -> s.gateway().equals(gateway) && s.stream() == StreamKind.DATA)
                .flatMap(s -> store.rows(s).values().stream())
                .anyMatch(r -> serialOf(r.item()) == wanted);
    }

    private boolean isClosed(Gateway gateway, long wanted) {
        return gateway.log.framed("id:" + wanted).stream().anyMatch(f -> isClosed(gateway.id, f));
    }

    private boolean isClosed(GatewayId gateway, MemorySenderLog.Framed framed) {
        var stream = new StreamId(gateway, framed.epoch(), framed.stream());
        var closure = store.closures(stream).floorEntry(framed.sequence());
        return closure != null
                && closure.getValue().to() >= framed.sequence()
                && !closure.getValue().cause().equals(Closure.MOVED);
    }

    private void release(Gateway gateway) {
        for (var kind : List.of(StreamKind.DATA, StreamKind.EVENTS)) {
            var before = List.copyOf(gateway.log.items(kind).values());
            var gone = gateway.log.release(kind, random.nextInt(30));
            for (var item : before) {
                if (kind == StreamKind.DATA && gone.contains(item.sequence())) {
                    trace("released " + payload(item) + " " + item);
                }
            }
        }
    }

    /** Space is wanted: the oldest blocks without a receipt go. */
    private void drop(Gateway gateway) {
        var pending =
                gateway.log.held(StreamKind.DATA).minus(gateway.log.acknowledged(StreamKind.DATA));
        if (pending.size() > 10) {
            var range = pending.ranges().getFirst();
            long to = Math.min(range.to(), range.from() + random.nextInt(4));
            for (long s = range.from(); s <= to; s++) {
                var item = gateway.log.items(StreamKind.DATA).get(s);
                if (item != null) {
                    gateway.dropped.add(serialOf(item));
                }
            }
            gateway.log.drop(range.from(), to);
        }
    }

    private void heal() {
        network.faults(SimulatedNetwork.Faults.NONE);
        store.failNext(0);
        gateways.forEach(g -> g.log.readable(true));
        // Lease of 30 s, the longest stretch of resending, and some.
        for (int i = 0; i < 1_500; i++) {
            gateways.forEach(g -> network.mend(g.id));
            clock.advance(Duration.ofMillis(100));
            step();
        }
        checkInvariants();
        for (var gateway : gateways) {
            require(gateway.sender.state().unverified() == 0, "a seal did not hold");
            require(gateway.notary.strangers().isEmpty(), "a rotated key was taken for strange");
        }
    }

    // ---- what must hold

    private void checkInvariants() {
        for (var gateway : gateways) {
            var seen = new HashSet<Long>();
            for (var stream : store.streams()) {
                if (stream.gateway().equals(gateway.id)) {
                    checkStream(stream, seen);
                }
            }
        }
    }

    private void checkStream(StreamId stream, Set<Long> seen) {
        Item before = null;
        for (var row : store.rows(stream).values()) {
            var item = row.item();
            require(
                    store.held(stream).contains(item.sequence()),
                    "row outside the ranges: " + item);
            if (row.quarantine().isEmpty()) {
                if (stream.stream() == StreamKind.DATA) {
                    require(seen.add(serialOf(item)), "doubled: " + payload(item) + " " + item);
                } else if (payload(item).startsWith("event:")) {
                    long number = Long.parseLong(payload(item).substring("event:".length()));
                    require(seen.add(number), "doubled: " + payload(item) + " " + item);
                }
                require(
                        before == null
                                || before.sequence() + 1 != item.sequence()
                                || item.previous().equals(before.hash()),
                        "out of the chain: " + item);
            }
            require(
                    row.quarantine().isEmpty() || payload(item).startsWith("unreadable"),
                    "quarantined although readable: " + item + " " + row.quarantine());
            before = row.quarantine().isEmpty() ? item : null;
        }
    }

    private void checkReceipt(GatewayId gateway, Message.Receipt receipt) {
        var stream = new StreamId(gateway, receipt.epoch(), receipt.stream());
        var ranges =
                RangeSet.of(
                        receipt.ranges().stream()
                                .map(r -> new RangeSet.Range(r.from(), r.to()))
                                .toList());
        receipted.merge(stream, ranges, RangeSet::union);
        for (var range : receipt.ranges()) {
            for (long s = range.from(); s <= range.to(); s++) {
                require(isDurable(stream, s), "the receipt lies about " + stream + "/" + s);
            }
            var last = store.rows(stream).get(range.to());
            require(
                    last == null || last.item().hash().equals(range.hash()),
                    "the receipt names a wrong hash");
        }
    }

    private boolean isDurable(StreamId stream, long sequence) {
        var closure = store.closures(stream).floorEntry(sequence);
        return store.rows(stream).containsKey(sequence)
                || (closure != null && closure.getValue().to() >= sequence);
    }

    private void check(Fact fact) {
        commits++;
        require(!(fact instanceof Fact.Forked), "forked although hello compares: " + fact);
        require(!(fact instanceof Fact.HeadRefused), "signed what does not fit: " + fact);
    }

    private void checkAllArrived() {
        for (var gateway : gateways) {
            var state = gateway.sender.state();
            require(
                    state.phase() == Sender.Phase.SENDING
                            && state.pendingItems().values().stream().allMatch(n -> n == 0),
                    gateway.id + " is not done: " + state);
            for (long wanted : gateway.accepted) {
                // What was given up is gone, and what the centre lost and the gateway has released;
                // a gap says so.
                boolean mayBeLost = centreRestores > 0 || gateway.dropped.contains(wanted);
                require(
                        isStored(gateway.id, wanted) || (mayBeLost && isClosed(gateway, wanted)),
                        "lost: id:%d of %s; %s".formatted(wanted, gateway.id, traces(wanted)));
            }
            for (var kind : List.of(StreamKind.EVENTS, StreamKind.DATA)) {
                var stream = new StreamId(gateway.id, gateway.log.epoch(), kind);
                require(
                        store.held(stream).equals(RangeSet.of(1, gateway.log.last(kind))),
                        "a hole nobody explains: %s holds %s of %d"
                                .formatted(stream, store.held(stream), gateway.log.last(kind)));
            }
        }
    }

    /** Everything that happened to a block, for a person who reads a failure. */
    private String traces(long wanted) {
        return traces.stream().filter(t -> t.contains(":" + wanted + " ")).toList().toString();
    }

    private void trace(String what) {
        if (traces.size() < 100_000) {
            traces.add(what);
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    // ---- payloads

    static String payload(Item item) {
        return new String(item.payload(), StandardCharsets.UTF_8);
    }

    private static long serialOf(Item item) {
        return Long.parseLong(payload(item).substring("id:".length()));
    }

    static ItemReader.Content read(GatewayId gateway, Item item) {
        var words = payload(item).split(":", -1);
        return switch (words[0]) {
            case "unreadable" -> new ItemReader.Unreadable("the test says so");
            case "drop" -> {
                var stream =
                        new StreamId(
                                gateway, EpochId.parse(words[1]), StreamKind.valueOf(words[2]));
                long from = Long.parseLong(words[3]);
                long to = Long.parseLong(words[4]);
                yield new ItemReader.Understood(
                        List.of(
                                new Closure(
                                        stream,
                                        from,
                                        to,
                                        MemorySenderLog.SAMPLES * (to - from + 1),
                                        ChainHash.parse(words[5]),
                                        "budget")),
                        List.of());
            }
            default -> ItemReader.Understood.PLAIN;
        };
    }

    // ---- planted bugs

    private ReceiverStore seen() {
        return switch (bug) {
            case WATERMARK -> PlantedBugs.watermark(store);
            default -> store;
        };
    }
}
