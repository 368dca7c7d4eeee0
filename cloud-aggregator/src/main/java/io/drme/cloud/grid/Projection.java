package io.drme.cloud.grid;

import io.drme.cloud.grid.LatestTable.Offer;
import io.drme.cloud.grid.LatestTable.Point;
import io.drme.cloud.store.AlarmStore;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.Records;
import io.drme.cloud.store.Report;
import io.drme.cloud.store.TimedBlocks;
import io.drme.history.ClockLine;
import io.drme.log.EventItem;
import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.StreamKind;
import io.drme.schema.AlarmTransition;
import io.drme.schema.BadEventException;
import io.drme.schema.ClockStep;
import io.drme.schema.EventSchema;
import io.drme.schema.Payloads;
import io.drme.schema.TagCatalogue;
import io.drme.sync.Fact;
import io.drme.sync.Item;
import io.drme.sync.LiveValue;
import io.drme.sync.Message;
import io.drme.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Brings what was committed into the grid. Idempotent: a fact may come again, and in any order.
 *
 * <p>Confined to its owner thread; never blocks but on the database.
 */
public final class Projection {
    private final Grid grid;
    private final BlockStore store;
    private final AlarmStore alarms;
    private final TimedBlocks timed;
    private final Map<String, ClockLine> crooked = new HashMap<>();
    private final Records records;
    private final Clock clock;
    private final Changes changes;
    private final BlockTail tail = new BlockTail();
    private final Map<EpochId, Integer> epochNumbers = new HashMap<>();
    private final Map<GatewayId, Report> unsaved = new LinkedHashMap<>();

    /** Makes a projection; {@link #rebuild} comes first. */
    public Projection(Grid grid, BlockStore store, Records records, Clock clock, Changes changes) {
        this.grid = grid;
        this.store = store;
        this.alarms = new AlarmStore(store);
        this.timed = new TimedBlocks(store);
        this.records = records;
        this.clock = clock;
        this.changes = changes;
    }

    /** Takes over what other members have in the grid; makes it what the store says if none has. */
    public void join() throws DatabaseException {
        grid.fillFrom(this::stored);
        if (grid.isBuilt()) {
            remember();
        } else {
            rebuild();
        }
    }

    /** What this member must know of its own. */
    private void remember() throws DatabaseException {
        crooked.clear();
        var bent = timed.crooked();
        for (var gateway : store.gateways()) {
            if (bent.contains(gateway.id())) {
                crooked.put(gateway.name(), timed.numberedClock(gateway.id()));
            }
        }
    }

    /**
     * Makes the grid what the store says; what was taken and is not committed is to come again.
     * Where other members write to it, what is newer there stays.
     */
    public void rebuild() throws DatabaseException {
        records.rollBack();
        grid.fillFrom(this::stored);
        grid.clear();
        crooked.clear();
        var bent = timed.crooked();
        for (var gateway : store.gateways()) {
            rebuild(gateway, bent);
        }
        rebuildAlarms();
        grid.built();
    }

    private void rebuild(BlockStore.Gateway gateway, Set<Long> bent) throws DatabaseException {
        var line = line(gateway, bent);
        if (!line.isStraight()) {
            crooked.put(gateway.name(), line);
        }
        for (var epoch : store.epochs(gateway.id())) {
            epochNumbers.put(epoch.epoch(), epoch.number());
        }
        grid.putTags(gateway.name(), TagSheet.of(store.tags(gateway.id())));
        var newest = newestOf(gateway, numbers(gateway), line);
        grid.mergeLatest(gateway.name(), newest.table());
        var state = GatewayState.UNHEARD.seen(gateway.lastSeenNanos()).stored(newest.nanos());
        for (var report : store.reports(gateway.id())) {
            state = reported(state, report, -1, Message.Endurance.UNKNOWN);
        }
        var stored = state;
        grid.updateGateway(gateway.name(), known -> known.atLeast(stored));
    }

    private void rebuildAlarms() throws DatabaseException {
        var ended = grid.alarmsBefore();
        for (var alarm : alarms.open()) {
            var open = new OpenAlarm(alarm.gateway(), alarm.id(), alarm.state(), alarm.priority());
            grid.putAlarm(open);
            ended.removeIf(e -> e.gateway().equals(open.gateway()) && e.id().equals(open.id()));
        }
        for (var alarm : ended) {
            putAlarm(alarm.gateway(), alarm.id());
        }
    }

    /** Brings in an alarm as it is now. */
    private List<AlarmStore.AlarmRow> putAlarm(String gateway, String id) throws DatabaseException {
        var rows = alarms.find(id).stream().filter(r -> r.gateway().equals(gateway)).toList();
        for (var row : rows) {
            grid.putAlarm(new OpenAlarm(row.gateway(), row.id(), row.state(), row.priority()));
        }
        return rows;
    }

    /** The newest values of a gateway, from any thread. */
    LatestTable stored(String name) throws DatabaseException {
        var gateway = store.gateway(name);
        if (gateway.isEmpty()) {
            return LatestTable.EMPTY;
        }
        return newestOf(gateway.get(), numbers(gateway.get()), line(gateway.get(), timed.crooked()))
                .table();
    }

    private Map<Long, Integer> numbers(BlockStore.Gateway gateway) throws DatabaseException {
        var numbers = new HashMap<Long, Integer>();
        store.epochs(gateway.id()).forEach(e -> numbers.put(e.id(), e.number()));
        return numbers;
    }

    private ClockLine line(BlockStore.Gateway gateway, Set<Long> bent) throws DatabaseException {
        return bent.contains(gateway.id()) ? timed.numberedClock(gateway.id()) : ClockLine.EMPTY;
    }

    /**
     * The newest values of a gateway.
     *
     * @param nanos source time of the newest
     */
    private record Newest(LatestTable table, long nanos) {}

    private Newest newestOf(BlockStore.Gateway gateway, Map<Long, Integer> numbers, ClockLine line)
            throws DatabaseException {
        record Place(long epochId, long sequence) {}
        var table = LatestTable.EMPTY;
        var blocks = new BlockTail();
        long newest = 0;
        var places =
                timed.newest(gateway.id()).stream()
                        .map(s -> new Place(s.epochId(), s.sequence()))
                        .distinct()
                        .toList();
        for (var place : places) {
            var payload = store.block(place.epochId, place.sequence);
            if (payload.isPresent()) {
                int number = numbers.getOrDefault(place.epochId, 1);
                var offers = blocks.of(payload.get(), number, line, table);
                table = table.with(offers);
                newest = Math.max(newest, newest(offers));
            }
        }
        return new Newest(table, newest);
    }

    /** How a gateway's times are to be read; nearly always as they stand. */
    private ClockLine clock(String gateway) {
        return crooked.getOrDefault(gateway, ClockLine.EMPTY);
    }

    /** Another member may have had the gateway, and ended before it told what it stored. */
    private void moved(GatewayId id) throws DatabaseException {
        crooked.remove(id.text());
        var gateway = store.gateway(id.text());
        if (gateway.isPresent()) {
            rebuild(gateway.get(), timed.crooked());
        }
    }

    /** What is shown gets the times that are right now. */
    private void clockChanged(GatewayId id) throws DatabaseException {
        for (var gateway : store.gateways()) {
            if (!gateway.name().equals(id.text())) {
                continue;
            }
            var line = timed.numberedClock(gateway.id());
            if (line.isStraight() && !crooked.containsKey(gateway.name())) {
                return;
            }
            crooked.put(gateway.name(), line);
            var newest = newestOf(gateway, numbers(gateway), line);
            grid.putLatest(gateway.name(), newest.table());
            update(id, known -> known.newest(newest.nanos()));
            for (var alarm : alarms.open()) {
                if (alarm.gateway().equals(gateway.name())) {
                    changes.alarm(alarm);
                }
            }
        }
    }

    private static long newest(List<Offer> offers) {
        return offers.stream().mapToLong(o -> o.point().sourceTime()).max().orElse(0);
    }

    /** Takes one fact. */
    public void take(Fact fact) throws DatabaseException {
        switch (fact) {
            case Fact.Joined(var gateway, var hello, int epochNumber) -> {
                epochNumbers.put(hello.epoch(), epochNumber);
                records.greeted(gateway, hello, clock.epochNanos());
                records.commit();
                if (!grid.isAlone()) {
                    moved(gateway);
                }
                update(gateway, known -> known.joined(clock.epochNanos()));
            }
            case Fact.Committed(var gateway, var item, _) -> committed(gateway, item);
            case Fact.LiveValues(var gateway, var live) -> live(gateway, live);
            case Fact.Reported(var gateway, var status) -> reported(gateway, status);
            case Fact.Quarantined(var gateway, var item, var reason, _) ->
                    found(gateway, "quarantined", item + ": " + reason);
            case Fact.Forked(var gateway, var item, var kept) ->
                    found(
                            gateway,
                            "forked",
                            "%s came with another hash than the one that is stored (%s)"
                                    .formatted(item, kept));
            case Fact.CloneRefused(var gateway, var holder, var hello) ->
                    found(
                            gateway,
                            "clone",
                            "a second agent on %s wants to be this gateway, which %s is; stop one of them"
                                    .formatted(hello.host(), holder.host()));
            case Fact.Closed(var gateway, var closure) ->
                    records.found(
                            gateway,
                            "dropped",
                            "%s %d to %d: %s"
                                    .formatted(
                                            closure.stream().stream().text(),
                                            closure.from(),
                                            closure.to(),
                                            closure.cause()),
                            clock.epochNanos());
            case Fact.Damaged(var gateway, var reason) ->
                    records.damaged(gateway, reason, clock.epochNanos());
            case Fact.HeadRefused(var gateway, var why, var detail) ->
                    found(
                            gateway,
                            switch (why) {
                                case KEY_CHANGED -> "key-changed";
                                case BAD_SEAL -> "bad-signature";
                                case OTHER_ITEM -> "head-differs";
                            },
                            detail);
            case Fact.CommandFinished _ -> {
                // the event that says so was committed with it
            }
        }
    }

    private void update(GatewayId gateway, UnaryOperator<GatewayState> change) {
        grid.updateGateway(gateway.text(), change);
    }

    private void found(GatewayId gateway, String kind, String detail) throws DatabaseException {
        records.found(gateway, kind, detail, clock.epochNanos());
        update(gateway, known -> known.troubled(kind + ": " + detail));
    }

    private void committed(GatewayId gateway, Item item) throws DatabaseException {
        long now = clock.epochNanos();
        long newest = 0;
        if (item.stream() == StreamKind.DATA) {
            var known = grid.latest(gateway.text());
            int number = number(gateway, item.epoch());
            var offers = tail.of(item.payload(), number, clock(gateway.text()), known);
            if (!offers.isEmpty()) {
                offer(gateway, offers);
            }
            newest = newest(offers);
        } else {
            event(gateway, item);
        }
        long stored = newest;
        update(gateway, known -> known.seen(now).stored(stored));
    }

    private int number(GatewayId gateway, EpochId epoch) throws DatabaseException {
        var known = epochNumbers.get(epoch);
        if (known == null) {
            var row = store.gateway(gateway.text());
            if (row.isPresent()) {
                store.epochs(row.get().id()).forEach(e -> epochNumbers.put(e.epoch(), e.number()));
            }
            known = epochNumbers.get(epoch);
        }
        return known == null ? 1 : known;
    }

    private void offer(GatewayId gateway, List<Offer> offers) throws DatabaseException {
        var name = gateway.text();
        var table = grid.offer(name, offers);
        var rows = new ArrayList<LatestTable.Latest>(offers.size());
        for (var offer : offers) {
            var row = table.row(table.indexOf(offer.tag()));
            if (row.gatewayTime() == offer.gatewayTime()) {
                rows.add(row.readable(clock(name)));
            }
        }
        if (!rows.isEmpty()) {
            changes.samples(name, grid.tags(name), rows);
        }
    }

    private void event(GatewayId gateway, Item item) throws DatabaseException {
        try {
            var event = EventItem.read(item.payload()).event();
            if (EventSchema.ofId(event.schemaId()).isEmpty()) {
                return;
            }
            switch (Payloads.of(event)) {
                case AlarmTransition transition -> alarm(gateway, transition.alarm());
                case ClockStep _ -> clockChanged(gateway);
                case TagCatalogue _ -> {
                    var row = store.gateway(gateway.text());
                    if (row.isPresent()) {
                        grid.putTags(gateway.text(), TagSheet.of(store.tags(row.get().id())));
                    }
                }
                default -> {
                    // the store answers for the others
                }
            }
        } catch (BadEventException e) {
            throw new IllegalStateException("a stored event can't be read: " + e.getMessage(), e);
        }
    }

    private void alarm(GatewayId gateway, String id) throws DatabaseException {
        putAlarm(gateway.text(), id).forEach(changes::alarm);
    }

    private void live(GatewayId gateway, Message.Live live) throws DatabaseException {
        int number = number(gateway, live.epoch());
        var line = clock(gateway.text());
        var offers = new ArrayList<Offer>(live.values().size());
        for (var v : live.values()) {
            var text = v.type() == io.drme.model.ValueType.TEXT ? v.text() : null;
            offers.add(
                    Offer.single(
                            v.tag().text(),
                            v.type(),
                            number,
                            v.gatewayTime(),
                            point(line, number, v, text)));
        }
        offer(gateway, offers);
        update(gateway, known -> known.seen(clock.epochNanos()));
    }

    private static Point point(ClockLine line, int epoch, LiveValue v, @Nullable String text) {
        long source = v.sourceTimeNanos();
        boolean isMarked = line.isMarked(epoch, v.gatewayTime(), source);
        return new Point(
                line.sourceTime(epoch, v.gatewayTime(), source),
                isMarked ? Quality.downgrade(v.quality(), Reason.CLOCK_UNSYNCED) : v.quality(),
                v.bits(),
                text);
    }

    private void reported(GatewayId gateway, Message.Status status) {
        long now = clock.epochNanos();
        var report =
                new Report(
                        0,
                        status.epoch(),
                        status.gatewayTimeNanos(),
                        now,
                        status.counters(),
                        status.progress(),
                        status.refills());
        unsaved.put(gateway, report);
        update(
                gateway,
                known ->
                        reported(
                                known.seen(now), report, status.drainMillis(), status.endurance()));
    }

    private static GatewayState reported(
            GatewayState state, Report report, long drainMillis, Message.Endurance endurance) {
        long items = report.progress().stream().mapToLong(Message.Progress::pendingItems).sum();
        return new GatewayState(
                state.joinedNanos(),
                state.seenNanos(),
                state.newestNanos(),
                report.receivedNanos(),
                report.counters().getOrDefault("pending", 0L),
                items,
                drainMillis,
                report.gatewayTimeNanos() - report.receivedNanos(),
                endurance.writtenBytesADay(),
                endurance.autonomyMinutes(),
                state.trouble());
    }

    /** Tells those who look at this member what another one brought in. */
    public void heard(Neighbours.Changed changed, Changes watchers) throws DatabaseException {
        if (!changed.alarm().isEmpty()) {
            for (var row : alarms.find(changed.alarm())) {
                if (row.gateway().equals(changed.gateway())) {
                    watchers.alarm(row);
                }
            }
            return;
        }
        var table = grid.latest(changed.gateway());
        var line = clock(changed.gateway());
        var rows = new ArrayList<LatestTable.Latest>();
        for (var tag : changed.tags()) {
            int at = table.indexOf(tag);
            if (at >= 0) {
                rows.add(table.row(at).readable(line));
            }
        }
        watchers.samples(changed.gateway(), grid.tags(changed.gateway()), rows);
    }

    /**
     * Makes durable what facts wrote. The database has one writer at a time: until this, or {@link
     * #save}, the receiver may have to wait.
     */
    public void release() throws DatabaseException {
        records.commit();
    }

    /** Makes reports and findings durable; to be called every second or so, and at the end. */
    public void save() throws DatabaseException {
        records.reported(unsaved);
        records.commit();
        unsaved.clear();
    }
}
