package io.drme.driver.modbus;

import io.drme.config.InvalidConfigException;
import io.drme.driver.Commissioning;
import io.drme.driver.DeviceSpec;
import io.drme.driver.DriverException;
import io.drme.driver.Offer;
import io.drme.driver.TestDevice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads registers in every way, and finds the ranges that answer. */
final class ModbusCommissioning implements Commissioning {
    private static final String ADDRESS = "address";
    private static final String TYPE = "type";
    private static final String ORDER = "order";
    private static final String WORD = "uint16";

    /** Registers that are asked for at once while ranges are looked for. */
    private static final int STEP = 100;

    @Override
    public Map<String, String> firstTag() {
        return Map.of(ADDRESS, "holding:0", TYPE, WORD);
    }

    @Override
    public List<Reading> read(TestDevice device, String address, Wish wish)
            throws InvalidConfigException, DriverException, InterruptedException {
        var place = place(device, address);
        if (place.area().isBits() || place.bit() >= 0 || isDecided(wish)) {
            return asIs(device, address, wish);
        }
        var reads = registers(device, place, wish);
        var ranked = Ranking.rank(reads, wishes(wish));
        return ranked.stream().map(r -> reading(r, reads)).toList();
    }

    /** Whether there is nothing to rank: text says by its length what it is. */
    private static boolean isDecided(Wish wish) {
        var type = wish.keys().getOrDefault(TYPE, "");
        return type.equals("text") || type.equals("bcd") || wish.keys().containsKey("length");
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
        try (var session = device.open(device.spec(List.of(keys)))) {
            session.connect();
            for (int i = 0; i < wish.reads(); i++) {
                pause(device, wish, i);
                values.add(session.read().getFirst().shown());
            }
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
        try (var session = device.open(words(device, place.area(), place.start(), most))) {
            session.connect();
            for (int i = 0; i < wish.reads(); i++) {
                pause(device, wish, i);
                var registers = new int[most];
                int good = 0;
                for (var sample : session.read()) {
                    if (!sample.good()) {
                        break;
                    }
                    registers[good++] = (int) sample.bits();
                }
                available = Math.min(available, good);
                reads.add(registers);
            }
        }
        if (available == 0) {
            throw new DriverException.Refused(
                    "the device answers, but refuses %s:%d (%s); it has no such register, or counts from 1: try %s:%d, or --base 1"
                            .formatted(
                                    place.area().text(),
                                    place.start(),
                                    Explainer.classic(place.area(), place.start()),
                                    place.area().text(),
                                    Math.max(0, place.start() - 1)),
                    null);
        }
        int words = available;
        return reads.stream().map(r -> Arrays.copyOf(r, words)).toList();
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
        if (decoding.type() == DataType.TEXT) {
            keys.put("length", Integer.toString(2 * decoding.words()));
        }
        return new Reading(
                keys, reads.stream().map(r -> decoding.shown(r, 0)).toList(), ranked.percent());
    }

    @Override
    public void browse(TestDevice device, Extent extent, Consumer<Offer> found)
            throws InvalidConfigException, DriverException, InterruptedException {
        for (var area : Area.values()) {
            for (int from = extent.from(); from <= extent.to(); from += STEP) {
                int count = Math.min(STEP, extent.to() - from + 1);
                int first = from;
                try (var session = device.open(words(device, area, from, count))) {
                    session.connect();
                    session.read().stream()
                            .filter(TestDevice.Sample::good)
                            .forEach(s -> found.accept(offer(area, first + s.tag(), s.shown())));
                }
            }
        }
    }

    private static Offer offer(Area area, int address, String value) {
        var keys = new LinkedHashMap<String, String>();
        keys.put(ADDRESS, area.text() + ":" + address);
        keys.put(TYPE, area.isBits() ? "bool" : WORD);
        return new Offer(
                area.text() + "/" + address, keys, value, Explainer.classic(area, address));
    }
}
