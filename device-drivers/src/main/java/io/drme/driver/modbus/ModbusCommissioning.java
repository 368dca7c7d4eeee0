package io.drme.driver.modbus;

import io.drme.config.InvalidConfigException;
import io.drme.driver.Commissioning;
import io.drme.driver.DeviceSpec;
import io.drme.driver.DriverException;
import io.drme.driver.Offer;
import io.drme.driver.TestDevice;
import io.drme.model.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads registers in every way, and finds the ranges that answer. */
final class ModbusCommissioning implements Commissioning {
    private static final String ADDRESS = "address";
    private static final String TYPE = "type";
    private static final String ORDER = "order";
    private static final String LENGTH = "length";
    private static final String WORD = "uint16";

    /** What the sample of an address says that the device does not have, or will not give. */
    private static final String NO_SUCH = "bad: " + Reason.UNKNOWN_ADDRESS.text();

    private static final String REFUSED = "bad: " + Reason.REFUSED.text();

    /** Registers that are asked for at once while ranges are looked for. */
    private static final int STEP = 100;

    @Override
    public Map<String, String> firstTag() {
        return Map.of(ADDRESS, "holding:0", TYPE, WORD);
    }

    @Override
    public List<Map<String, String>> firstTags(TestDevice device, String address)
            throws InvalidConfigException {
        var place = place(device, address);
        boolean bit = place.area().isBits() || place.bit() >= 0;
        return List.of(Map.of(ADDRESS, address, TYPE, bit ? "bool" : WORD));
    }

    @Override
    public List<Reading> read(TestDevice device, String address, Wish wish)
            throws InvalidConfigException, DriverException, InterruptedException {
        var place = place(device, address);
        if (place.area().isBits() || place.bit() >= 0 || isDecided(wish)) {
            return asIs(device, address, wish);
        }
        check(device, address, wish);
        var reads = registers(device, place, wish);
        var ranked = Ranking.rank(reads, wishes(wish));
        if (ranked.isEmpty()) {
            throw nothingFits(address, wish, reads.getFirst().length);
        }
        return ranked.stream().map(r -> reading(r, reads)).toList();
    }

    /** Whether there is nothing to rank: text says by its length what it is. */
    private static boolean isDecided(Wish wish) {
        return wish.keys().getOrDefault(TYPE, "").equals("text") || wish.keys().containsKey(LENGTH);
    }

    /** A type and an order that nobody knows, or that the address can't have, are said first. */
    private static void check(TestDevice device, String address, Wish wish)
            throws InvalidConfigException {
        var keys = new LinkedHashMap<>(wish.keys());
        keys.put(ADDRESS, address);
        keys.putIfAbsent(TYPE, WORD);
        if (keys.getOrDefault(TYPE, "").equals("bcd")) {
            keys.put(LENGTH, "2"); // the ranking tries every length
        }
        device.spec(List.of(keys));
    }

    private static DriverException nothingFits(String address, Wish wish, int available) {
        var type = wish.keys().get(TYPE);
        int needed =
                type == null
                        ? 1
                        : constant(DataType.class, type).map(DataType::bytes).orElse(2) / 2;
        var why =
                needed > available
                        ? "it takes %d registers, and the device gives %d from there"
                                .formatted(needed, available)
                        : "not every half byte there is a decimal digit";
        return new DriverException.Refused(
                "%s can't be read as %s: %s; leave out --type and --order to see what it may be"
                        .formatted(address, String.join(" ", wish.keys().values()), why),
                null);
    }

    /** Where an address is; whether its type fits is said where it is read as that. */
    private static ModbusAddress place(TestDevice device, String address)
            throws InvalidConfigException {
        try {
            return place(device, address, WORD);
        } catch (InvalidConfigException asRegister) {
            try {
                return place(device, address, "bool");
            } catch (InvalidConfigException _) {
                throw asRegister; // what is wrong with it as a register is what a person means
            }
        }
    }

    private static ModbusAddress place(TestDevice device, String address, String type)
            throws InvalidConfigException {
        var spec = device.spec(List.of(Map.of(ADDRESS, address, TYPE, type)));
        return (ModbusAddress) spec.tags().getFirst().address();
    }

    private static List<Reading> asIs(TestDevice device, String address, Wish wish)
            throws InvalidConfigException, DriverException, InterruptedException {
        var keys = new LinkedHashMap<String, String>();
        keys.put(ADDRESS, address);
        keys.putAll(wish.keys());
        var values = new ArrayList<String>();
        boolean good = false;
        try (var session = device.open(device.spec(List.of(keys)))) {
            session.connect();
            for (int i = 0; i < wish.reads(); i++) {
                pause(device, wish, i);
                var sample = session.read().getFirst();
                values.add(sample.shown());
                good |= sample.good();
            }
        }
        if (!good) {
            throw refused(place(device, address), values.getLast());
        }
        return List.of(new Reading(wish.keys(), List.copyOf(values), 100));
    }

    private static void pause(TestDevice device, Wish wish, int read) throws InterruptedException {
        if (read > 0) {
            device.access().clock().sleep(Duration.ofMillis(wish.everyMillis()));
        }
    }

    /** The registers from the address on that the device gives, each read in one request. */
    private static List<int[]> registers(TestDevice device, ModbusAddress place, Wish wish)
            throws InvalidConfigException, DriverException, InterruptedException {
        int most = Math.min(Decoding.MOST_WORDS, 65_536 - place.start());
        var reads = new ArrayList<int[]>();
        int available = most;
        var first = "";
        try (var session = device.open(words(device, place.area(), place.start(), most))) {
            session.connect();
            for (int i = 0; i < wish.reads(); i++) {
                pause(device, wish, i);
                var registers = new int[most];
                int good = 0;
                for (var sample : session.read()) {
                    if (!sample.good()) {
                        first = good == 0 ? sample.shown() : first;
                        break;
                    }
                    registers[good++] = (int) sample.bits();
                }
                available = Math.min(available, good);
                reads.add(registers);
            }
        }
        if (available == 0) {
            throw refused(place, first);
        }
        int words = available;
        return reads.stream().map(r -> Arrays.copyOf(r, words)).toList();
    }

    private static DriverException refused(ModbusAddress place, String shown) {
        var area = place.area().text();
        var why =
                shown.equals(NO_SUCH) && place.start() == 0
                        ? "; it has none there: 'drme-agent browse' lists those that answer"
                        : shown.equals(NO_SUCH)
                                ? "; it has none there, or counts from 1: try %s:%d, or --base 1"
                                        .formatted(area, place.start() - 1)
                                : shown.equals(REFUSED)
                                        ? "; it may lack the whole table: try another, or --unit-id"
                                        : "; try again, and look at the device itself if it stays so";
        return new DriverException.Refused(
                "the device answers, but refuses %s (%s)%s".formatted(place.shown(), shown, why),
                null);
    }

    private static DeviceSpec words(TestDevice device, Area area, int from, int count)
            throws InvalidConfigException {
        var tags = new ArrayList<Map<String, String>>();
        for (int i = 0; i < count; i++) {
            // A device that counts from 1 does so here as well: the place was moved down already.
            var tag = new LinkedHashMap<String, String>();
            tag.put(ADDRESS, area.text() + ":" + (from + i));
            tag.put(TYPE, area.isBits() ? "bool" : WORD);
            tag.put("base", "0");
            tags.add(tag);
        }
        return device.spec(tags);
    }

    private static Ranking.Wish wishes(Wish wish) {
        return new Ranking.Wish(
                constant(DataType.class, wish.keys().get(TYPE)),
                constant(Order.class, wish.keys().get(ORDER)),
                wish.low(),
                wish.high());
    }

    private static <E extends Enum<E>> Optional<E> constant(Class<E> type, @Nullable String text) {
        return Stream.of(type.getEnumConstants())
                .filter(c -> c.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst();
    }

    private static Reading reading(Ranking.Ranked ranked, List<int[]> reads) {
        var decoding = ranked.decoding();
        var keys = new LinkedHashMap<String, String>();
        keys.put(TYPE, decoding.type().text());
        keys.put(ORDER, decoding.order().name().toLowerCase(Locale.ROOT));
        if (decoding.type().bytes() == 0) {
            keys.put(LENGTH, Integer.toString(2 * decoding.words()));
        }
        return new Reading(
                keys, reads.stream().map(r -> decoding.shown(r, 0)).toList(), ranked.percent());
    }

    @Override
    public void browse(TestDevice device, Extent extent, Listener listener)
            throws InvalidConfigException, DriverException, InterruptedException {
        var silent = new ArrayList<DriverException.Unreachable>();
        // Sessions of one factory share a connection while one of them is open.
        try (var kept = device.open(words(device, Area.HOLDING, extent.from(), 1))) {
            kept.connect();
            for (var area : Area.values()) {
                browse(device, area, extent, listener).ifPresent(silent::add);
            }
        }
        if (silent.size() == Area.values().length) {
            throw silent.getFirst();
        }
    }

    /**
     * Looks at one table; many devices meet the functions that they lack with silence.
     *
     * @return why, where no request for it was answered
     */
    private static Optional<DriverException.Unreachable> browse(
            TestDevice device, Area area, Extent extent, Listener listener)
            throws InvalidConfigException, DriverException, InterruptedException {
        for (int from = extent.from(); from <= extent.to(); from += STEP) {
            int count = Math.min(STEP, extent.to() - from + 1);
            int first = from;
            listener.at(area.text() + ":" + from);
            try (var session = device.open(words(device, area, from, count))) {
                session.connect();
                session.read().stream()
                        .filter(TestDevice.Sample::good)
                        .forEach(s -> listener.found(offer(area, first + s.tag(), s.shown())));
            } catch (DriverException.Unreachable e) {
                boolean never = from == extent.from();
                listener.note(
                        "%s: no answer%s (%s)"
                                .formatted(
                                        area.text(),
                                        never ? "" : " from %d on".formatted(from),
                                        e.getMessage()));
                return never ? Optional.of(e) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static Offer offer(Area area, int address, String value) {
        var keys = new LinkedHashMap<String, String>();
        keys.put(ADDRESS, area.text() + ":" + address);
        keys.put(TYPE, area.isBits() ? "bool" : WORD);
        return new Offer(
                area.text() + "/" + address, keys, value, ModbusAddress.classic(area, address));
    }
}
