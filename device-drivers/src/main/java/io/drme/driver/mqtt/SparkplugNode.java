package io.drme.driver.mqtt;

import io.drme.driver.mqtt.SparkplugPayload.Held;
import io.drme.driver.mqtt.SparkplugPayload.Metric;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one edge node: whether it was born, what its aliases stand for, and where its
 * sequence is. Guarded by the driver's lock.
 *
 * <p>A birth says all; data without one can't be understood and is left out until the birth that is
 * asked for. After a gap in the sequence something is missing, nobody can tell of which metric:
 * from then to the next birth values are uncertain.
 */
final class SparkplugNode {
    private static final String BD_SEQ = "bdSeq";
    private static final int SEQUENCES = 256;
    private static final Set<String> SEQUENCED =
            Set.of("NBIRTH", "NDATA", "DBIRTH", "DDATA", "DDEATH");
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long MOST_MILLIS = Long.MAX_VALUE / NANOS_PER_MILLI;

    /** The most aliases of one node. */
    private static final int MAX_ALIASES = 100_000;

    private static final int INT8 = 1;
    private static final int INT16 = 2;
    private static final int INT32 = 3;
    private static final int UINT8 = 5;
    private static final int UINT16 = 6;
    private static final int UINT32 = 7;
    private static final int UINT64 = 8;
    private static final long MASK_32 = 0xFFFF_FFFFL;

    /** A tag of the node. */
    private record Wanted(int tag, ValueType type) {}

    private record Key(String device, String metric) {}

    private record Alias(Key key, int type) {}

    private final Map<Key, List<Wanted>> tags = new HashMap<>();
    private final Map<Long, Alias> aliases = new HashMap<>();
    private final Map<Key, Integer> types = new HashMap<>();

    /** Devices with tags; what is said of others is left out. */
    private final Set<String> devices = new HashSet<>();

    private final Set<String> bornDevices = new HashSet<>();
    private boolean born;
    private boolean inDoubt;
    private @Nullable Long bdSeq;
    private int expected;
    private boolean wantsRebirth;
    private long historical;

    /** A tag wants this metric. */
    void want(MetricName name, int tag, ValueType type) {
        devices.add(name.device());
        tags.computeIfAbsent(new Key(name.device(), name.metric()), _ -> new ArrayList<>())
                .add(new Wanted(tag, type));
    }

    /** A new connection: what went before is not known. */
    void forget() {
        born = false;
        bornDevices.clear();
        aliases.clear();
        types.clear();
        wantsRebirth = true;
    }

    /** Whether a birth has to be asked for; once asked for, no more until the next reason. */
    boolean wantsRebirth() {
        return wantsRebirth;
    }

    void askedForRebirth() {
        wantsRebirth = false;
    }

    /** A message of this kind could not be read: something may be missing, as after a gap. */
    void unreadable(String kind) {
        // All others are not of the node, or not of its sequence.
        if (SEQUENCED.contains(kind)) {
            missed();
        }
    }

    private void missed() {
        inDoubt = true;
        wantsRebirth = true;
    }

    /** How many values of the past were left out. */
    long historical() {
        return historical;
    }

    /**
     * Takes a message.
     *
     * @param kind as in the topic: NBIRTH, DDATA, …
     * @param device empty for the node's own
     * @param now nanoseconds since 1970
     */
    List<Arrival> take(String kind, String device, SparkplugPayload payload, long now) {
        return switch (kind) {
            case "NBIRTH" -> nodeBirth(payload, now);
            case "NDEATH" -> nodeDeath(payload, now);
            case "DBIRTH" -> follows(payload) ? deviceBirth(device, payload, now) : List.of();
            case "DDEATH" -> {
                boolean known = follows(payload);
                bornDevices.remove(device);
                yield known ? dead(device, now, "the device is gone (DDEATH)") : List.of();
            }
            case "NDATA" -> follows(payload) ? data("", payload, now) : List.of();
            case "DDATA" -> {
                if (!follows(payload) || !devices.contains(device)) {
                    yield List.of();
                }
                if (!bornDevices.contains(device)) {
                    wantsRebirth = true;
                    yield List.of();
                }
                yield data(device, payload, now);
            }
            default -> List.of(); // commands and states are for others
        };
    }

    private List<Arrival> nodeBirth(SparkplugPayload payload, long now) {
        forget();
        wantsRebirth = false;
        born = true;
        inDoubt = false;
        bdSeq = bdSeq(payload);
        expected = (payload.sequence().orElse(0) + 1) % SEQUENCES;
        var arrivals = new ArrayList<Arrival>();
        // A new birth of the node ends those of its devices.
        for (var key : tags.keySet()) {
            if (!key.device().isEmpty()) {
                bad(key, now, Reason.COMMS_LOST, "the node was born, the device not yet", arrivals);
            }
        }
        arrivals.addAll(birth("", payload, now));
        return arrivals;
    }

    private List<Arrival> deviceBirth(String device, SparkplugPayload payload, long now) {
        if (!devices.contains(device)) {
            return List.of();
        }
        bornDevices.add(device);
        return birth(device, payload, now);
    }

    private List<Arrival> birth(String device, SparkplugPayload payload, long now) {
        var named = new HashSet<Key>();
        for (var metric : payload.metrics()) {
            var key = new Key(device, metric.name());
            named.add(key);
            if (tags.containsKey(key)) {
                types.put(key, metric.type());
            }
            if (metric.alias().isPresent() && aliases.size() < MAX_ALIASES) {
                aliases.put(metric.alias().getAsLong(), new Alias(key, metric.type()));
            }
        }
        var arrivals = new ArrayList<Arrival>();
        for (var key : tags.keySet()) {
            if (key.device().equals(device) && !named.contains(key)) {
                bad(
                        key,
                        now,
                        Reason.UNKNOWN_ADDRESS,
                        "the birth has no metric of that name",
                        arrivals);
            }
        }
        arrivals.addAll(data(device, payload, now));
        return arrivals;
    }

    /** A will of an earlier connection may come after the birth of the next one. */
    private List<Arrival> nodeDeath(SparkplugPayload payload, long now) {
        if (!born) {
            return List.of();
        }
        // A birth that names no session takes any death: better bad too early than good for ever.
        if (bdSeq != null && !bdSeq.equals(bdSeq(payload))) {
            missed();
            return List.of();
        }
        born = false;
        bornDevices.clear();
        var arrivals = new ArrayList<Arrival>();
        tags.keySet()
                .forEach(key ->
                        bad(key, now, Reason.COMMS_LOST, "the node is gone (NDEATH)", arrivals));
        return arrivals;
    }

    private static @Nullable Long bdSeq(SparkplugPayload payload) {
        for (var metric : payload.metrics()) {
            if (metric.name().equals(BD_SEQ) && metric.value() instanceof Held.Whole(long bits)) {
                return bits;
            }
        }
        return null;
    }

    /** Whether a message can be understood; notes where the sequence goes on. */
    private boolean follows(SparkplugPayload payload) {
        if (!born) {
            wantsRebirth = true;
            return false;
        }
        if (!payload.sequence().equals(OptionalInt.of(expected))) {
            inDoubt = true;
        }
        expected = (payload.sequence().orElse(expected) + 1) % SEQUENCES;
        // A command or the birth that answers it may be lost: asked for until it is there.
        wantsRebirth |= inDoubt;
        return true;
    }

    private List<Arrival> dead(String device, long now, String why) {
        var arrivals = new ArrayList<Arrival>();
        for (var key : tags.keySet()) {
            if (key.device().equals(device)) {
                bad(key, now, Reason.COMMS_LOST, why, arrivals);
            }
        }
        return arrivals;
    }

    private void bad(Key key, long now, Reason reason, String why, List<Arrival> arrivals) {
        for (var wanted : tags.getOrDefault(key, List.of())) {
            arrivals.add(new Arrival(wanted.tag(), now, new Outcome.Bad(reason, why), false));
        }
    }

    private List<Arrival> data(String device, SparkplugPayload payload, long now) {
        var arrivals = new ArrayList<Arrival>();
        for (var metric : payload.metrics()) {
            var alias = metric.alias().isPresent() ? aliases.get(metric.alias().getAsLong()) : null;
            if (metric.name().isEmpty() && alias == null) {
                wantsRebirth = true;
                continue;
            }
            var key =
                    metric.name().isEmpty() && alias != null
                            ? alias.key()
                            : new Key(device, metric.name());
            int type = metric.type() != 0 ? metric.type() : types.getOrDefault(key, 0);
            for (var wanted : tags.getOrDefault(key, List.of())) {
                if (metric.isHistorical()) {
                    historical++;
                } else {
                    long millis =
                            metric.timeMillis() >= 0 ? metric.timeMillis() : payload.timeMillis();
                    var outcome = outcome(metric, type, wanted.type(), nanos(millis));
                    arrivals.add(new Arrival(wanted.tag(), now, outcome, false));
                }
            }
        }
        return arrivals;
    }

    private static OptionalLong nanos(long millis) {
        return millis < 0 || millis > MOST_MILLIS
                ? OptionalLong.empty()
                : OptionalLong.of(millis * NANOS_PER_MILLI);
    }

    private Outcome outcome(Metric metric, int type, ValueType wanted, OptionalLong time) {
        if (metric.quality() == SparkplugPayload.STALE) {
            return new Outcome.Bad(Reason.STALE, "the node says that the value is stale");
        }
        if (metric.quality() != SparkplugPayload.GOOD) {
            return new Outcome.Bad(
                    Reason.DEVICE_BAD, "the node says that the value is bad: " + metric.quality());
        }
        var outcome =
                switch (metric.value()) {
                    case Held.Whole(long bits) ->
                            fits(bits, type)
                                    ? Payload.scalar(whole(bits, type), wanted, time)
                                    : new Outcome.Bad(
                                            Reason.OUT_OF_RANGE,
                                            "the metric's %d does not fit its type"
                                                    .formatted(bits));
                    case Held.Real32(float f) -> Payload.scalar(Float.toString(f), wanted, time);
                    case Held.Real64(double d) -> Payload.scalar(Double.toString(d), wanted, time);
                    case Held.Truth(boolean is) ->
                            Payload.scalar(Boolean.toString(is), wanted, time);
                    case Held.Text(String text) -> Payload.scalar(text, wanted, time);
                    case Held.Nothing _ ->
                            new Outcome.Bad(Reason.DEVICE_BAD, "the metric says that it is null");
                    case Held.Absent _ ->
                            new Outcome.Bad(Reason.MALFORMED, "the metric came without a value");
                    case Held.Other(String what) ->
                            new Outcome.Bad(
                                    Reason.MALFORMED,
                                    "the metric is %s, of which no single value can be read"
                                            .formatted(what));
                };
        return inDoubt && outcome instanceof Outcome.Good(var value, var at)
                ? new Outcome.Uncertain(value, at, Reason.DEVICE_UNCERTAIN)
                : outcome;
    }

    /** Whether an integer of the wire is one of its type, in either way in which it may be sent. */
    private static boolean fits(long bits, int type) {
        long own =
                switch (type) {
                    case INT8 -> signed(bits, Byte.SIZE);
                    case INT16 -> signed(bits, Short.SIZE);
                    case INT32 -> signed(bits, Integer.SIZE);
                    case UINT8 -> bits & 0xFF;
                    case UINT16 -> bits & 0xFFFF;
                    case UINT32 -> bits & MASK_32;
                    default -> bits;
                };
        return own == bits || (own & MASK_32) == bits;
    }

    /** The low bits as a number with a sign. */
    private static long signed(long bits, int size) {
        int rest = Long.SIZE - size;
        return bits << rest >> rest;
    }

    /**
     * Integers of up to 32 bits come as unsigned 32 bits, negative ones as their two's complement;
     * some publishers sign them to 64 bits, which the low ones of the type undo as well.
     */
    private static String whole(long bits, int type) {
        return switch (type) {
            case INT8 -> Long.toString(signed(bits, Byte.SIZE));
            case INT16 -> Long.toString(signed(bits, Short.SIZE));
            case INT32 -> Long.toString(signed(bits, Integer.SIZE));
            case UINT8 -> Long.toString(bits & 0xFF);
            case UINT16 -> Long.toString(bits & 0xFFFF);
            case UINT32 -> Long.toString(bits & MASK_32);
            case UINT64 -> Long.toUnsignedString(bits);
            default -> Long.toString(bits);
        };
    }
}
