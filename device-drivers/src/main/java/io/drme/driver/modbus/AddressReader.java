package io.drme.driver.modbus;

import io.drme.config.Section;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a tag's {@code address}, {@code type} and what goes with them. */
final class AddressReader {
    private static final Pattern NAMED =
            Pattern.compile(
                    "(coil|discrete|input|holding):(0x[0-9a-fA-F]{1,4}|[0-9]{1,5})(?:\\.([0-9]{1,2}))?");
    private static final Pattern CLASSIC =
            Pattern.compile("([0134])([0-9]{4,5})(?:\\.([0-9]{1,2}))?");
    private static final String EXPECTED =
            "an address such as holding:100, input:0x10, coil:0, discrete:3, holding:10.3 (bit 3) or"
                    + " 40101; from 0 to 65535";
    private static final int MOST_ADDRESS = 65_535;
    private static final int MOST_BIT = 15;
    private static final int MOST_INVALID = 32;
    private static final int MOST_NAMES = 1000;

    /** How a tag is used. */
    private enum Access {
        READ,
        WRITE
    }

    private final Section tag;
    private final ModbusSettings settings;
    private boolean ok = true;

    AddressReader(Section tag, ModbusSettings settings) {
        this.tag = tag;
        this.settings = settings;
    }

    private void missing(String key, String remedy) {
        tag.missing(key, remedy);
        ok = false;
    }

    private void problem(String key, String message) {
        if (tag.has(key)) {
            tag.problem(key, message);
        } else {
            tag.problems().add(tag.where(), tag.path(key), message);
        }
        ok = false;
    }

    /** Where the tag begins. */
    private record Place(Area area, int start, int bit) {}

    /** Reads all keys; nothing where a problem was noted. */
    Optional<ModbusAddress> read() {
        int problemsBefore = tag.problems().list().size();
        int base = (int) tag.integer("base", settings.base(), 0, 1);
        var place = place(tag.requiredText("address").strip(), base);
        var type = type(place);
        var order = tag.choice("order", Order.ABCD);
        int length = length(type);
        long mask = mask(type);
        var invalid = tag.texts("invalid");
        var names = names(type);
        boolean writable = tag.choice("access", Access.READ) == Access.WRITE;
        if (place.isEmpty() || type.isEmpty()) {
            return Optional.empty();
        }
        boolean nan = invalid.stream().anyMatch(i -> i.equalsIgnoreCase("nan"));
        var codes = invalid(invalid, type.get(), length);
        var address =
                new ModbusAddress(
                        place.get().area(),
                        place.get().start(),
                        place.get().bit(),
                        type.get(),
                        order,
                        length,
                        mask,
                        codes,
                        nan,
                        names,
                        writable);
        checkFit(address);
        checkWritable(address);
        return ok && tag.problems().list().size() == problemsBefore
                ? Optional.of(address)
                : Optional.empty();
    }

    private Optional<Place> place(String text, int base) {
        if (text.isBlank()) {
            ok = false;
            return Optional.empty();
        }
        var named = NAMED.matcher(text);
        if (named.matches()) {
            int number = number(named.group(2)) - base;
            return place(text, area(named.group(1)), number, named.group(3));
        }
        var classic = CLASSIC.matcher(text);
        if (classic.matches()) {
            return place(
                    text, classicArea(classic), number(classic.group(2)) - 1, classic.group(3));
        }
        problem("address", "'%s' is not %s".formatted(text, EXPECTED));
        return Optional.empty();
    }

    private Optional<Place> place(String text, Area area, int start, @Nullable String bitText) {
        int bit = bitText == null ? -1 : Integer.parseInt(bitText);
        if (start < 0 || start > MOST_ADDRESS) {
            problem(
                    "address",
                    "'%s' is address %d in the protocol, outside 0 to %d; lists that count from 1 need base: 1"
                            .formatted(text, start, MOST_ADDRESS));
            return Optional.empty();
        }
        if (bit >= 0 && (area.isBits() || bit > MOST_BIT)) {
            problem(
                    "address",
                    "'%s' names a bit; only input and holding registers have bits, 0 to %d"
                            .formatted(text, MOST_BIT));
            return Optional.empty();
        }
        return Optional.of(new Place(area, start, bit));
    }

    private static Area area(String word) {
        return switch (word) {
            case "coil" -> Area.COIL;
            case "discrete" -> Area.DISCRETE;
            case "input" -> Area.INPUT;
            default -> Area.HOLDING;
        };
    }

    private static Area classicArea(Matcher classic) {
        return switch (classic.group(1)) {
            case "0" -> Area.COIL;
            case "1" -> Area.DISCRETE;
            case "3" -> Area.INPUT;
            default -> Area.HOLDING;
        };
    }

    private static int number(String text) {
        return text.startsWith("0x")
                ? Integer.parseInt(text, 2, text.length(), 16)
                : Integer.parseInt(text);
    }

    private Optional<DataType> type(Optional<Place> place) {
        boolean bits = place.isPresent() && (place.get().area().isBits() || place.get().bit() >= 0);
        if (!tag.has("type")) {
            if (bits) {
                return Optional.of(DataType.BOOL);
            }
            if (place.isEmpty()) {
                return Optional.empty(); // whether one is needed shows once the address is right
            }
            missing("type", "give one of: " + types());
            return Optional.empty();
        }
        int before = tag.problems().list().size();
        var type = tag.choice("type", DataType.BOOL);
        if (tag.problems().list().size() > before) {
            ok = false;
            return Optional.empty();
        }
        if (place.isPresent() && bits != (type == DataType.BOOL)) {
            problem(
                    "type",
                    bits
                            ? "%s is one bit; its type is bool".formatted(tag.text("address", ""))
                            : "bool needs a coil, a discrete input or a bit of a register, such as %s.0"
                                    .formatted(tag.text("address", "")));
        }
        return Optional.of(type);
    }

    private static String types() {
        var names = new ArrayList<String>();
        for (var type : DataType.values()) {
            names.add(type.text());
        }
        return String.join(", ", names);
    }

    private int length(Optional<DataType> type) {
        long length = tag.integer("length", 0, 1, 2L * settings.maxRegisters());
        if (type.isEmpty()) {
            return 0;
        }
        if (type.get() == DataType.TEXT) {
            if (!tag.has("length")) {
                missing("length", "give the bytes of the text, for example 16");
            }
            return (int) length;
        }
        if (type.get() == DataType.BCD) {
            return digitBytes(length);
        }
        if (tag.has("length") && length != type.get().bytes()) {
            problem(
                    "length",
                    "is for text and bcd; %s always has %d bytes"
                            .formatted(type.get().text(), type.get().bytes()));
        }
        return type.get().bytes();
    }

    private int digitBytes(long length) {
        if (!tag.has("length")) {
            missing("length", "give the bytes of the number: 2 for four digits, 4 for eight");
        } else if (length > Long.BYTES || length % 2 != 0) {
            problem(
                    "length",
                    "%d bytes are no bcd number; expected 2, 4, 6 or 8".formatted(length));
        }
        return Math.clamp(length, 2, Long.BYTES);
    }

    private long mask(Optional<DataType> type) {
        if (!tag.has("mask")) {
            return ModbusAddress.ALL_BITS;
        }
        var mask = integer(tag.text("mask", ""));
        if (mask.isEmpty() || mask.get().signum() <= 0 || mask.get().bitLength() > 64) {
            problem("mask", "expected bits that count, such as 0x0FFF");
            return ModbusAddress.ALL_BITS;
        }
        if (type.isPresent() && (!type.get().isInteger() || type.get().isSigned())) {
            problem("mask", "works on uint16, uint32, uint64 and bcd only");
        }
        return mask.get().longValue();
    }

    private List<Long> invalid(List<String> texts, DataType type, int lengthBytes) {
        if (texts.size() > MOST_INVALID) {
            problem("invalid", "has more than %d codes".formatted(MOST_INVALID));
        }
        var codes = new ArrayList<Long>();
        for (var text : texts) {
            if (type.isFloat() && text.equalsIgnoreCase("nan")) {
                continue;
            }
            var code = type.isFloat() ? floatBits(text, type) : integer(text);
            int bits = Byte.SIZE * (type == DataType.TEXT ? 0 : lengthBytes);
            if (code.isEmpty() || type == DataType.TEXT || code.get().bitLength() > bits) {
                problem(
                        "invalid",
                        "'%s' is no raw value of %s; give numbers such as 0xFFFF or -32768"
                                .formatted(text, type.text()));
            } else {
                codes.add(code.get().longValue() & (bits == 64 ? -1L : (1L << bits) - 1));
            }
        }
        return List.copyOf(codes);
    }

    private static Optional<BigInteger> floatBits(String text, DataType type) {
        if (text.startsWith("0x")) {
            return integer(text);
        }
        try {
            return Optional.of(
                    BigInteger.valueOf(
                            type == DataType.FLOAT32
                                    ? Integer.toUnsignedLong(
                                            Float.floatToRawIntBits(Float.parseFloat(text)))
                                    : Double.doubleToRawLongBits(Double.parseDouble(text))));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    private static Optional<BigInteger> integer(String text) {
        try {
            return Optional.of(
                    text.startsWith("0x")
                            ? new BigInteger(text.substring(2), 16)
                            : new BigInteger(text));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    private Map<Long, String> names(Optional<DataType> type) {
        var section = tag.section("enum");
        if (section.isEmpty()) {
            return Map.of();
        }
        if (type.isPresent() && !type.get().isInteger()) {
            problem("enum", "works on whole numbers only");
        }
        var names = new HashMap<Long, String>();
        for (var key : section.get().keys()) {
            var code = integer(key);
            if (code.isEmpty() || code.get().bitLength() > 63 || names.size() == MOST_NAMES) {
                problem("enum", "'%s' is no whole number; write code: name".formatted(key));
            } else {
                names.put(code.get().longValue(), section.get().requiredText(key));
            }
        }
        if (names.isEmpty()) {
            problem("enum", "is empty; write code: name, for example {0: stopped, 1: running}");
        }
        return Map.copyOf(names);
    }

    private void checkFit(ModbusAddress address) {
        if (address.end() > MOST_ADDRESS + 1) {
            problem(
                    "address",
                    "%s with %d registers reaches beyond 65535"
                            .formatted(address.shown(), address.width()));
        }
        if (!address.area().isBits() && address.width() > settings.maxRegisters()) {
            problem(
                    "type",
                    "takes %d registers, more than max-registers (%d) allows in one request"
                            .formatted(address.width(), settings.maxRegisters()));
        }
    }

    private void checkWritable(ModbusAddress address) {
        if (!address.writable()) {
            return;
        }
        if (address.area() == Area.INPUT || address.area() == Area.DISCRETE) {
            problem(
                    "access",
                    "%s can't be written, as the protocol has no function for it; coils and holding registers can"
                            .formatted(address.shown()));
        } else if (address.type() == DataType.TEXT) {
            problem("access", "a text can't be written; numbers, enums and bits can");
        } else if (address.mask() != ModbusAddress.ALL_BITS && address.width() > 1) {
            problem(
                    "access",
                    "bits of %d registers can't be written at once; only a mask within one register can"
                            .formatted(address.width()));
        }
    }
}
