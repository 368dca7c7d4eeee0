package io.drme.web;

import io.drme.model.Glob;
import io.drme.model.Reading;
import io.drme.model.Reason;
import io.drme.model.Value;
import io.drme.time.Clock;
import io.drme.time.Hlc;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A small press line that exists only as formulas, for looking at the pages: one device is lost,
 * one value is uncertain, alarms come in all priorities, and the trends have gaps.
 */
final class CannedPlant {
    static final long SECOND = 1_000_000_000L;
    private static final long MINUTE = 60 * SECOND;
    private static final String GATEWAY = "press-line-1";

    private final Clock clock;
    private final long startNanos;
    private final List<String> lines;
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by {@link #lock}. */
    private final Map<String, AlarmItem> alarms = new LinkedHashMap<>();

    private record Point(String tag, String unit, double middle, double swing, double periodS) {}

    private static final List<Point> POINTS =
            List.of(
                    new Point("boiler/flow", "L/min", 42, 3, 90),
                    new Point("boiler/level", "%", 63, 4, 300),
                    new Point("boiler/pressure", "bar", 6.2, 0.4, 45),
                    new Point("boiler/temp", "Cel", 148, 2.5, 120),
                    new Point("press-3/energy", "kW.h", 18_254, 0, 1),
                    new Point("press-3/oil/pressure", "bar", 182, 12, 20),
                    new Point("press-3/oil/temperature", "Cel", 71, 9, 70),
                    new Point("press-3/stroke/rate", "/min", 14, 1, 30),
                    new Point("press-4/oil/pressure", "bar", 0, 0, 1),
                    new Point("press-4/oil/temperature", "Cel", 66.4, 0, 1),
                    new Point("press-health/press-3/oil/temperature/avg", "Cel", 71, 7, 70));

    /** Makes one line, or two for a fleet. */
    CannedPlant(Clock clock, boolean fleet) {
        this.clock = clock;
        this.lines = fleet ? List.of(GATEWAY, "press-line-2") : List.of(GATEWAY);
        this.startNanos = clock.epochNanos();
        raise("01", "oil-hot", "press-3/oil/temperature", "high", 81.7, 3 * 60);
        raise("02", "press-lost", "press-4/oil/temperature", "critical", null, 12 * 60);
        raise("03", "level-low", "boiler/level", "medium", 58.9, 1_500);
        raise("04", "door-open", "cabinet/door", "low", null, 5_400);
        change("03", "acknowledged", null, "anna");
        change("04", "returned", startNanos - 20 * MINUTE, null);
        raise("05", "oil-hot", "press-3/oil/temperature", "high", 80.4, 9_000);
        change("05", "normal", startNanos - 140 * MINUTE, "ben");
    }

    private void raise(
            String id,
            String name,
            String tag,
            String priority,
            @Nullable Double value,
            long secondsAgo) {
        var message =
                switch (name) {
                    case "oil-hot" -> "Oil is too hot";
                    case "press-lost" -> "Press 4 does not answer";
                    case "level-low" -> "Water level is low";
                    default -> "Cabinet door is open";
                };
        var action =
                switch (name) {
                    case "oil-hot" -> "Stop the press, check the cooler";
                    case "press-lost" -> "Check its power and the network cable";
                    case "level-low" -> "Open the feed valve";
                    default -> "Close the door";
                };
        alarms.put(
                id,
                new AlarmItem(
                        id,
                        GATEWAY,
                        name,
                        tag,
                        "unacknowledged",
                        priority,
                        value == null ? null : new Value.Real(value),
                        message,
                        action,
                        startNanos - secondsAgo * SECOND,
                        null,
                        null,
                        null,
                        2_000_000L,
                        AlarmItem.Context.NONE));
    }

    /** Puts an alarm into another state; gives its new form. */
    @Nullable AlarmItem change(
            String id, String state, @Nullable Long clearedAt, @Nullable String by) {
        lock.lock();
        try {
            return alarms.computeIfPresent(
                    id,
                    (_, a) ->
                            new AlarmItem(
                                    id,
                                    a.gateway(),
                                    a.name(),
                                    a.tag(),
                                    state,
                                    a.priority(),
                                    a.value(),
                                    a.message(),
                                    a.action(),
                                    a.raisedAtNanos(),
                                    clearedAt,
                                    by == null ? null : clock.epochNanos(),
                                    by,
                                    2_000_000L,
                                    AlarmItem.Context.NONE));
        } finally {
            lock.unlock();
        }
    }

    List<AlarmItem> alarms() {
        lock.lock();
        try {
            return List.copyOf(alarms.values());
        } finally {
            lock.unlock();
        }
    }

    List<LatestItem> latest(Glob match) {
        long now = clock.epochNanos();
        var items = new ArrayList<LatestItem>();
        for (var gateway : lines) {
            for (var point : POINTS) {
                items.add(item(gateway, point, now));
            }
            items.add(
                    plain(
                            gateway,
                            "cabinet/door",
                            new Reading.Good(new Value.Bool(now / MINUTE % 2 == 0)),
                            now));
            items.add(
                    plain(gateway, "press-3/running", new Reading.Good(new Value.Bool(true)), now));
            items.add(
                    plain(
                            gateway,
                            "press-3/serial",
                            new Reading.Good(new Value.Text("AP-20931")),
                            now));
        }
        return items.stream()
                .filter(i -> match.matches(i.gateway() + "/" + i.tag()))
                .sorted(java.util.Comparator.comparing(i -> i.gateway() + "/" + i.tag()))
                .toList();
    }

    private static LatestItem plain(String gateway, String tag, Reading reading, long now) {
        return new LatestItem(gateway, tag, reading, now, now, hlc(now), "", null);
    }

    private LatestItem item(String gateway, Point point, long now) {
        var value = new Value.Real(value(point, now));
        boolean lost = point.tag().startsWith("press-4/") && gateway.equals(GATEWAY);
        if (lost) {
            long since = startNanos - 12 * MINUTE;
            return new LatestItem(
                    gateway,
                    point.tag(),
                    new Reading.Bad(Reason.COMMS_LOST),
                    since,
                    now - 800_000_000L,
                    hlc(now),
                    point.unit(),
                    new LatestItem.LastGood(value, since));
        }
        Reading reading =
                point.tag().equals("boiler/flow")
                        ? new Reading.Uncertain(value, Reason.DEVICE_UNCERTAIN)
                        : new Reading.Good(value);
        long source = now - Math.floorMod(point.tag().hashCode(), 900) * 1_000_000L;
        return new LatestItem(
                gateway,
                point.tag(),
                reading,
                source,
                source,
                hlc(now),
                point.unit(),
                new LatestItem.LastGood(value, source));
    }

    private static long hlc(long epochNanos) {
        return Hlc.of(epochNanos / 1_000_000, 1);
    }

    private static double value(Point point, long nanos) {
        double t = nanos / 1e9;
        double wave = Math.sin(t * 2 * Math.PI / point.periodS()) + 0.25 * Math.sin(t * 1.7) * 0.6;
        return Math.round((point.middle() + point.swing() * wave) * 100) / 100.0;
    }

    /** What is not there: a lost device a while ago, and the gateway down before. */
    List<GapItem> gaps(long from, long to) {
        long now = clock.epochNanos();
        var all =
                List.of(
                        new GapItem(
                                now - 100 * MINUTE,
                                now - 84 * MINUTE,
                                "gateway-down",
                                "stopped and started again, boot 7"),
                        new GapItem(
                                now - 30 * MINUTE,
                                now - 25 * MINUTE,
                                "uplink-down",
                                "backfill pending, 62 % there"),
                        new GapItem(
                                now - 3 * MINUTE,
                                now - 2 * MINUTE,
                                "device-timeout",
                                "no answer within 500 ms; 12 tries"),
                        new GapItem(now - 80 * SECOND, now - 60 * SECOND, "flat", "within 0.2"));
        return all.stream().filter(g -> g.toNanos() > from && g.fromNanos() < to).toList();
    }

    private boolean isKnown(long nanos) {
        return gaps(nanos, nanos + 1).stream().allMatch(g -> g.reason().equals("flat"));
    }

    List<JsonObject> history(String tag, long from, long to) {
        var items = new ArrayList<JsonObject>();
        var point = POINTS.stream().filter(p -> p.tag().equals(tag)).findFirst();
        for (long t = from - from % SECOND; t < to; t += SECOND) {
            if (isKnown(t)) {
                var value =
                        point.isPresent()
                                ? new Value.Real(value(point.get(), t))
                                : new Value.Bool(t / MINUTE % 2 == 0);
                items.add(new SampleItem(t, hlc(t), new Reading.Good(value)).toJson());
            }
        }
        return items;
    }

    List<JsonObject> rollUps(String tag, long from, long to, long step) {
        var items = new ArrayList<JsonObject>();
        var point =
                POINTS.stream().filter(p -> p.tag().equals(tag)).findFirst().orElse(POINTS.get(0));
        for (long t = from - from % step; t < to; t += step) {
            if (isKnown(t)) {
                double middle = value(point, t);
                double half = point.swing() * 0.4;
                items.add(
                        new JsonObject()
                                .put("time", Times.text(t))
                                .put("count", step / SECOND)
                                .put("min", middle - half)
                                .put("max", middle + half)
                                .put("avg", middle));
            }
        }
        return items;
    }

    List<DeviceItem> devices() {
        long now = clock.epochNanos();
        return List.of(
                new DeviceItem(GATEWAY, "boiler", "opcua", "good", "", now - SECOND, null, null),
                new DeviceItem(
                        GATEWAY, "cabinet", "gpio", "good", "", now - 5 * SECOND, null, null),
                new DeviceItem(
                        GATEWAY,
                        "press-3",
                        "modbus",
                        "good",
                        "",
                        now - SECOND,
                        "no answer within 500 ms",
                        null),
                new DeviceItem(
                        GATEWAY,
                        "press-4",
                        "modbus",
                        "unreachable",
                        "10.0.4.18:502 refuses the connection",
                        startNanos - 12 * MINUTE,
                        "connect to tcp://10.0.4.18:502: connection refused; is the device on, and"
                                + " is Modbus TCP enabled?",
                        now + 24 * SECOND));
    }

    JsonObject reconcile(String gateway) {
        long n = (clock.epochNanos() - startNanos) / SECOND * 14 + 1_204_112;
        return new JsonObject()
                .put("gateway", gateway)
                .put("read", n)
                .put("derived", n / 14)
                .put("filtered", n / 3)
                .put("accepted", n + n / 14 - n / 3)
                .put("acknowledged", n + n / 14 - n / 3 - 812)
                .put("pending", 812)
                .put("local", 0)
                .put("dropped", new JsonObject().put("when-full", 0))
                .put("stored", n + n / 14 - n / 3 - 812)
                .put("quarantined", 0)
                .put("expired", 0)
                .put("balanced", true);
    }

    JsonObject status() {
        return new JsonObject()
                .put("gateway", GATEWAY)
                .put(
                        "configuration",
                        new JsonObject()
                                .put("version", 3)
                                .put("hash", "a41fc09d2277b1e0")
                                .put("site", "acme/stuttgart/press-shop")
                                .put("changedNotApplied", true))
                .put(
                        "store",
                        new JsonObject()
                                .put("sizeBytes", 412L << 20)
                                .put("whenFull", "drop-oldest")
                                .put("autonomyHours", 38.2)
                                .put("writtenBytesADay", 1_300_000_000L)
                                .put("failing", false)
                                .put("pendingBlocks", 3)
                                .put("pendingEvents", 0))
                .put(
                        "uplink",
                        new JsonObject()
                                .put("url", "mqtts://central.example:8883")
                                .put("connected", true));
    }

    List<JsonObject> findings() {
        return List.of(
                new JsonObject()
                        .put("gateway", "weld-7")
                        .put("kind", "dropped")
                        .put("detail", "data 812 to 815: 4,096 samples, the disk was full")
                        .put("at", Times.text(startNanos - 190 * MINUTE)));
    }

    List<JsonObject> gateways() {
        long now = clock.epochNanos();
        var lost = "no heartbeat; the line ended without a goodbye";
        return List.of(
                with(gateway(GATEWAY, "press-shop", "online", ""), now - SECOND, 0.4, 812, 1),
                with(gateway("press-line-2", "press-shop", "online", ""), now - SECOND, 0.3, 0, 0),
                with(
                        gateway("paint-1", "paint-shop", "offline", lost),
                        now - 17 * MINUTE,
                        1_020,
                        0,
                        null),
                with(
                        gateway("weld-7", "body-shop", "backfilling", "back after 3 h; live first"),
                        now - 2 * SECOND,
                        0.6,
                        412_000,
                        95));
    }

    private static JsonObject gateway(String id, String area, String state, String why) {
        return new JsonObject()
                .put("id", id)
                .put("site", "acme/stuttgart/" + area)
                .put("state", state)
                .put("why", why)
                .put("agentVersion", "0.1.0");
    }

    private static JsonObject with(
            JsonObject gateway, long seen, double lag, long backlog, @Nullable Integer drain) {
        return gateway.put("lastSeen", Times.text(seen))
                .put("lag", lag)
                .put("backlog", backlog)
                .put("timeToDrain", drain)
                .put("autonomyHours", backlog > 0 ? 38.2 : 214.0)
                .put("writtenBytesADay", 1_300_000_000L);
    }
}
