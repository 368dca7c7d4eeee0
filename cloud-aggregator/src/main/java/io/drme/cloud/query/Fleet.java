package io.drme.cloud.query;

import io.drme.cloud.grid.GatewayState;
import io.drme.cloud.grid.Grid;
import io.drme.cloud.grid.LatestTable;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.BlockStore.Gateway;
import io.drme.cloud.store.BlockStore.TagRow;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.Fresh;
import io.drme.cloud.store.TagSearch;
import io.drme.cloud.store.TimedBlocks;
import io.drme.history.ClockLine;
import io.drme.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Answers what the fleet is and how it is now. Safe for use from any thread; may block. */
public final class Fleet {
    /** A gateway reports every few seconds; not heard of for so long, it is offline. */
    public static final Duration OFFLINE_AFTER = Duration.ofSeconds(15);

    /** Of thousands of gateways many pages ask at once, and a person sees no more. */
    private static final Duration KEEP_VIEWS = Duration.ofSeconds(1);

    private static final int SEARCHED_AT_ONCE = 1_000;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MINUTE = 6e10;
    private static final double NANOS_PER_HOUR = 3.6e12;
    private static final double MINUTES_PER_HOUR = 60;
    private static final double MILLIS_PER_SECOND = 1e3;

    private final BlockStore store;
    private final Grid grid;
    private final Clock clock;
    private final Accounts accounts;
    private final Fresh<List<GatewayView>> views;

    /** Answers from the grid what it knows, from the store the rest. */
    public Fleet(BlockStore store, Grid grid, Clock clock) {
        this.store = store;
        this.grid = grid;
        this.clock = clock;
        this.accounts = new Accounts(store);
        this.views = new Fresh<>(clock, KEEP_VIEWS, this::readViews);
    }

    /**
     * A gateway as an overview shows it.
     *
     * @param state online, offline or trouble
     * @param why for a person; empty while all is well
     * @param lagNanos age of the newest sample that is stored; negative where there is none
     * @param drainSeconds time until the backlog is here, at the present rate; negative where
     *     unknown
     * @param autonomyHours how long the gateway's store lasts without the line, less the time for
     *     which it is silent; negative where unknown
     * @param alarms those that are not over
     */
    public record GatewayView(
            Gateway gateway,
            GatewayState now,
            String state,
            String why,
            long lagNanos,
            double drainSeconds,
            double autonomyHours,
            AlarmCounts alarms) {
        /**
         * When the gateway's store is full if the line stays away from its last report on, in
         * nanoseconds since 1970 UTC; it stays as it is between reports. Infinite where that is not
         * known.
         */
        public double fullNanos() {
            return now.autonomyMinutes() < 0
                    ? Double.POSITIVE_INFINITY
                    : now.reportedNanos() + now.autonomyMinutes() * NANOS_PER_MINUTE;
        }
    }

    /** A tag and its gateway. */
    public record FleetTag(String gateway, TagRow tag) {
        /** {@code gateway/device/path}. */
        public String fullName() {
            return gateway + "/" + tag.name();
        }
    }

    /** The newest value of a tag. */
    public record FleetLatest(String gateway, LatestTable.Latest row, String unit) {
        /** {@code gateway/device/path}. */
        public String fullName() {
            return gateway + "/" + row.tag();
        }
    }

    /** The gateways of a selection, sorted by id. */
    public List<Gateway> gateways(Selection selection) throws DatabaseException {
        return store.gateways().stream().filter(selection::includes).toList();
    }

    /** One gateway. */
    public Optional<Gateway> gateway(String id) throws DatabaseException {
        return store.gateway(id);
    }

    /** A gateway with its present state. */
    public GatewayView view(Gateway gateway) {
        var alarms =
                grid.openAlarms().stream()
                        .filter(a -> a.gateway().equals(gateway.name()))
                        .map(a -> AlarmCounts.of(a.state(), a.priority()))
                        .reduce(AlarmCounts.NONE, AlarmCounts::plus);
        return view(gateway, grid.gateway(gateway.name()), alarms);
    }

    /**
     * The gateways of a selection with their states as they were no more than a second ago, sorted
     * by id. One look at the store and the grid, whatever their number.
     */
    public List<GatewayView> views(Selection selection) throws DatabaseException {
        return views.get().stream()
                .filter(v -> selection.includes(v.gateway()))
                .filter(v -> selection.mayMatch(v.gateway().name()))
                .toList();
    }

    private List<GatewayView> readViews() throws DatabaseException {
        var alarms = new HashMap<String, AlarmCounts>();
        for (var alarm : grid.openAlarms()) {
            var one = AlarmCounts.of(alarm.state(), alarm.priority());
            alarms.merge(alarm.gateway(), one, AlarmCounts::plus);
        }
        var states = grid.gateways();
        var found = new ArrayList<GatewayView>();
        for (var gateway : store.gateways()) {
            if (gateway.isDerived()) {
                continue; // what pipelines of the centre made has no line, clock or store
            }
            var name = gateway.name();
            found.add(
                    view(
                            gateway,
                            states.getOrDefault(name, GatewayState.UNHEARD),
                            alarms.getOrDefault(name, AlarmCounts.NONE)));
        }
        return List.copyOf(found);
    }

    private GatewayView view(Gateway gateway, GatewayState now, AlarmCounts alarms) {
        long silent = clock.epochNanos() - now.seenNanos();
        boolean online = now.seenNanos() != 0 && silent < OFFLINE_AFTER.toNanos();
        var why = online ? now.trouble() : silence(now, silent);
        var state = online ? (now.trouble().isEmpty() ? "online" : "trouble") : "offline";
        long lag =
                now.newestNanos() == 0 ? -1 : Math.max(0, clock.epochNanos() - now.newestNanos());
        return new GatewayView(
                gateway,
                now,
                state,
                why,
                lag,
                drainSeconds(now, online),
                autonomyHours(now, online),
                alarms);
    }

    private static String silence(GatewayState now, long silentNanos) {
        return now.seenNanos() == 0
                ? "never heard of since the centre knows it"
                : "nothing heard for %.0f s; look at its power, its line and its agent"
                        .formatted(silentNanos / NANOS_PER_SECOND);
    }

    private static double drainSeconds(GatewayState now, boolean online) {
        if (now.pendingItems() == 0 && now.reportedNanos() != 0) {
            return 0;
        }
        return online && now.drainMillis() >= 0 ? now.drainMillis() / MILLIS_PER_SECOND : -1;
    }

    /** While a gateway can't be heard, it lives on what it had at its last report. */
    private double autonomyHours(GatewayState now, boolean online) {
        if (now.autonomyMinutes() < 0) {
            return -1;
        }
        double silent = online ? 0 : (clock.epochNanos() - now.reportedNanos()) / NANOS_PER_HOUR;
        return Math.max(0, now.autonomyMinutes() / MINUTES_PER_HOUR - silent);
    }

    /** The present tags of a selection, sorted by full name. */
    public List<FleetTag> tags(Selection selection) throws DatabaseException {
        var found = new ArrayList<FleetTag>();
        var pattern = selection.pattern();
        for (var gateway : gateways(selection)) {
            if (selection.mayMatch(gateway.name())) {
                var rows = store.tags(gateway.id());
                long newest = rows.stream().mapToLong(TagRow::configurationVersion).max().orElse(0);
                for (var row : rows) {
                    var tag = new FleetTag(gateway.name(), row);
                    if (row.configurationVersion() == newest && pattern.matches(tag.fullName())) {
                        found.add(tag);
                    }
                }
            }
        }
        return found;
    }

    /**
     * The present tags of a selection whose full name holds all of some words, in whatever case;
     * sorted by gateway and name. Looked for by the database, so that a million tags can be
     * searched.
     *
     * @param after the place behind which they begin; empty at the start
     * @param limit the most that are given
     */
    public List<FleetTag> search(
            Selection selection, List<String> words, Optional<TagSearch.Place> after, int limit)
            throws DatabaseException {
        var chosen = new HashMap<String, Gateway>();
        gateways(selection).forEach(g -> chosen.put(g.name(), g));
        var pattern = selection.pattern();
        var found = new ArrayList<FleetTag>();
        var place = after;
        int atOnce = selection.equals(Selection.ALL) ? limit : SEARCHED_AT_ONCE;
        while (found.size() < limit) {
            var part = new TagSearch(store).find(words, place, atOnce);
            for (var each : part) {
                var tag = new FleetTag(each.gateway(), each.tag());
                if (found.size() < limit
                        && chosen.containsKey(tag.gateway())
                        && pattern.matches(tag.fullName())) {
                    found.add(tag);
                }
            }
            if (part.size() < atOnce) {
                break;
            }
            var last = part.getLast();
            place = Optional.of(new TagSearch.Place(last.gateway(), last.tag().name()));
        }
        return found;
    }

    /** The newest values of a selection, sorted by full name. */
    public List<FleetLatest> latest(Selection selection) throws DatabaseException {
        var found = new ArrayList<FleetLatest>();
        var timed = new TimedBlocks(store);
        var crooked = timed.crooked();
        var pattern = selection.pattern();
        for (var gateway : gateways(selection)) {
            if (selection.mayMatch(gateway.name())) {
                var clock =
                        crooked.contains(gateway.id())
                                ? timed.numberedClock(gateway.id())
                                : ClockLine.EMPTY;
                latest(gateway.name(), clock, pattern::matches, found);
            }
        }
        return found;
    }

    private void latest(
            String gateway, ClockLine clock, Predicate<String> pattern, List<FleetLatest> into)
            throws DatabaseException {
        var table = grid.latest(gateway);
        var tags = grid.tags(gateway);
        for (int i = 0; i < table.size(); i++) {
            if (pattern.test(gateway + "/" + table.tag(i))) {
                into.add(
                        new FleetLatest(
                                gateway, table.row(i).readable(clock), tags.unit(table.tag(i))));
            }
        }
    }

    /** The account of a gateway's samples. */
    public Account account(Gateway gateway) throws DatabaseException {
        return accounts.of(store.reports(gateway.id()), store.epochs(gateway.id()));
    }

    /** The devices of a selection, by {@code gateway/device}; sorted by gateway and name. */
    public List<BlockStore.DeviceRow> devices(Selection selection) throws DatabaseException {
        var names = names(selection);
        var pattern = selection.pattern();
        return store.devices().stream()
                .filter(d -> names.contains(d.gateway()))
                .filter(d -> pattern.matches(d.gateway() + "/" + d.device()))
                .toList();
    }

    /** Which alarms a selection is about, as the fleet is now. */
    public AlarmScope alarms(Selection selection) throws DatabaseException {
        return new AlarmScope(selection, gateways(selection));
    }

    /** The ids of the gateways of a selection of which any tag can match. */
    public Set<String> names(Selection selection) throws DatabaseException {
        return gateways(selection).stream()
                .map(Gateway::name)
                .filter(selection::mayMatch)
                .collect(Collectors.toSet());
    }

    /** What the receiver noticed of a selection's gateways, newest first. */
    public List<BlockStore.Finding> findings(Selection selection, int limit)
            throws DatabaseException {
        var names = names(selection);
        return store.findings(limit).stream().filter(f -> names.contains(f.gateway())).toList();
    }
}
