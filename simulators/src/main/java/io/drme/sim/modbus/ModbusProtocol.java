package io.drme.sim.modbus;

import io.drme.config.Section;
import io.drme.sim.DeviceContext;
import io.drme.sim.SimulatedDevice;
import io.drme.sim.SimulatedProtocol;
import io.drme.sim.ValueSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the Modbus devices of a scenario. */
public final class ModbusProtocol implements SimulatedProtocol {
    private static final int DEFAULT_PORT = 1502;
    private static final int MOST_UNIT = 255;
    private static final int MOST_ADDRESS = 65_535;
    private static final int MOST_TEXT_BYTES = 250;
    private static final int ADDRESSES_PER_UNIT = 1000;
    private static final Pattern ADDRESS =
            Pattern.compile(
                    "(coil|discrete|input|holding):(0x[0-9a-fA-F]{1,4}|[0-9]{1,5})(?:\\.([0-9]{1,2}))?");
    private static final Pattern RANGE =
            Pattern.compile("(coil|discrete|input|holding):([0-9]{1,5})-([0-9]{1,5})");
    private static final Pattern RTU_TCP =
            Pattern.compile("rtu-tcp://(?:(?:\\[[^]]+]|[^:\\s]+):)?[0-9]{1,5}");
    private static final String EXPECTED =
            "an address such as holding:100, input:0x10, coil:3 or holding:10.3 (a bit), from 0 to"
                    + " 65535";
    private static final String EXPECTED_RANGE = "a range such as holding:0-199";

    /** For the service loader. */
    public ModbusProtocol() {}

    @Override
    public String name() {
        return "modbus";
    }

    @Override
    public int defaultPort() {
        return DEFAULT_PORT;
    }

    @Override
    public Optional<SimulatedDevice> device(Section device, DeviceContext context) {
        var units = new HashMap<Integer, Unit>();
        var sections = device.sections("units");
        if (sections.isEmpty()) {
            device.problem("units", "has no unit; expected one or more, such as units: {1: {…}}");
        }
        sections.forEach((id, keys) ->
                unitId(id, keys).ifPresent(n -> units.put(n, unit(n, keys, context))));
        var url = context.url().orElse("");
        if (url.startsWith("rtu:")) {
            var port = SerialPath.parse(url);
            if (port.isEmpty()) {
                device.problem("listen", "'%s' is not %s".formatted(url, SerialPath.EXPECTED));
            }
            return port.map(p -> new SerialServer(context, units, p));
        }
        if (!url.isEmpty() && !RTU_TCP.matcher(url.strip()).matches()) {
            device.problem(
                    "listen", "'%s' is not a URL such as rtu-tcp://127.0.0.1:1503".formatted(url));
        }
        return Optional.of(
                new ModbusServer(context, units, url.isEmpty() ? Frames.TCP : Frames.RTU));
    }

    @Override
    public Set<String> schemes() {
        return Set.of("rtu", "rtu-tcp");
    }

    private static Optional<Integer> unitId(String id, Section keys) {
        try {
            int number = Integer.parseInt(id);
            if (number >= 0 && number <= MOST_UNIT) {
                return Optional.of(number);
            }
        } catch (NumberFormatException _) {
            // Told below with the numbers out of range.
        }
        keys.problems()
                .add(
                        keys.where(),
                        keys.path(),
                        "'%s' is not a unit id; expected 0 to %d".formatted(id, MOST_UNIT));
        return Optional.empty();
    }

    private static Unit unit(int id, Section keys, DeviceContext context) {
        boolean writable = keys.bool("writable", true);
        var points = new ArrayList<Point>();
        var reader = new PointReader(id, context, points);
        keys.sections("points").forEach((_, point) -> reader.point(point));
        keys.sections("fill").forEach((range, fill) -> reader.fill(range, fill));
        if (points.isEmpty()) {
            keys.problem("points", "a unit needs points or fill; add one");
        }
        var unknown = new HashSet<Integer>();
        for (var text : keys.texts("unknown-functions")) {
            if (text.matches("[1-9][0-9]{0,2}")) {
                unknown.add(Integer.parseInt(text));
            } else {
                keys.problem(
                        "unknown-functions",
                        "'%s' is no function code; give numbers from 1, such as 22"
                                .formatted(text));
            }
        }
        keys.done();
        return new Unit(points, writable, unknown);
    }

    /** Reads the points of one unit, and sees to it that no two claim one register. */
    private static final class PointReader {
        private final int unit;
        private final DeviceContext context;
        private final List<Point> points;
        private final Map<Cell, String> taken = new HashMap<>();

        PointReader(int unit, DeviceContext context, List<Point> points) {
            this.unit = unit;
            this.context = context;
            this.points = points;
        }

        void point(Section keys) {
            var written = keys.requiredText("address");
            var match = ADDRESS.matcher(written.strip());
            boolean form = match.matches();
            int address = form ? Integer.decode(leadless(match.group(2))) : 0;
            if (!written.isBlank() && (!form || address > MOST_ADDRESS)) {
                keys.problem("address", "'%s' is not %s".formatted(written, EXPECTED));
            }
            var area = form ? area(match) : Area.HOLDING;
            int bit = bit(keys, match, form, area);
            boolean isBit = area.isBits() || bit >= 0;
            var type = keys.choice("type", isBit ? PointType.BOOL : PointType.UINT16);
            var order = keys.choice("order", Order.ABCD);
            if (isBit != (type == PointType.BOOL) && form) {
                keys.problem(
                        "type",
                        isBit
                                ? "is a bit and needs type bool"
                                : "bool in a register needs its bit, such as %s.0"
                                        .formatted(written));
            }
            int bytes = type == PointType.TEXT ? textBytes(keys) : type.bytes();
            var value = value(keys, address);
            keys.done();
            if (form && value.isPresent()) {
                add(keys, new Point(area, address, bit, type, order, bytes, value.get()));
            }
        }

        private static String leadless(String number) {
            return number.startsWith("0x") ? number : number.replaceFirst("^0+(?=[0-9])", "");
        }

        private static Area area(Matcher match) {
            return switch (match.group(1)) {
                case "coil" -> Area.COIL;
                case "discrete" -> Area.DISCRETE;
                case "input" -> Area.INPUT;
                default -> Area.HOLDING;
            };
        }

        private static int bit(Section keys, Matcher match, boolean form, Area area) {
            if (!form || match.group(3) == null) {
                return -1;
            }
            int bit = Integer.parseInt(match.group(3));
            if (area.isBits() || bit > 15) {
                keys.problem("address", "a bit is 0 to 15 of an input or holding register");
                return -1;
            }
            return bit;
        }

        private static int textBytes(Section keys) {
            int length = (int) keys.integer("length", 2, 1, MOST_TEXT_BYTES);
            if (!keys.has("length")) {
                keys.missing("length", "give the bytes");
            }
            return length + (length & 1);
        }

        private Optional<ValueSource> value(Section keys, int address) {
            return context.values()
                    .read(keys, OptionalLong.of((long) unit * ADDRESSES_PER_UNIT + address));
        }

        void fill(String written, Section keys) {
            var match = RANGE.matcher(written);
            int from = match.matches() ? Integer.parseInt(match.group(2)) : -1;
            int to = match.matches() ? Integer.parseInt(match.group(3)) : -1;
            if (from < 0 || to < from || to > MOST_ADDRESS) {
                keys.problems()
                        .add(
                                keys.where(),
                                keys.path(),
                                "'%s' is not %s".formatted(written, EXPECTED_RANGE));
                return;
            }
            var area = area(match);
            var type = area.isBits() ? PointType.BOOL : PointType.UINT16;
            int bytes = area.isBits() ? 0 : 2;
            for (int address = from; address <= to; address++) {
                var value = value(keys, address);
                if (value.isEmpty()) {
                    break;
                }
                if (!taken.containsKey(key(area, address, -1))) {
                    points.add(new Point(area, address, -1, type, Order.ABCD, bytes, value.get()));
                    taken.put(key(area, address, -1), keys.path());
                }
            }
            keys.done();
        }

        private void add(Section keys, Point point) {
            for (int i = 0; i < point.width(); i++) {
                int address = point.address() + i;
                var whole = taken.get(key(point.area(), address, -1));
                boolean clash =
                        point.bit() < 0
                                ? whole != null
                                : isWhole(whole)
                                        || taken.containsKey(
                                                key(point.area(), address, point.bit()));
                if (clash || address > MOST_ADDRESS) {
                    keys.problem(
                            "address",
                            "%s:%d is taken by another point, or lies beyond 65535; move one"
                                    .formatted(point.area().text(), address));
                    return;
                }
            }
            for (int i = 0; i < point.width(); i++) {
                int address = point.address() + i;
                if (point.bit() >= 0) {
                    taken.put(key(point.area(), address, point.bit()), keys.path());
                    taken.putIfAbsent(key(point.area(), address, -1), "");
                } else {
                    taken.put(key(point.area(), address, -1), keys.path());
                }
            }
            points.add(point);
        }

        private static boolean isWhole(@Nullable String owner) {
            return owner != null && !owner.isEmpty();
        }

        private static Cell key(Area area, int address, int bit) {
            return new Cell(area, address, bit);
        }
    }

    /** A register or bit that a point can claim; bit -1 is a whole register. */
    private record Cell(Area area, int address, int bit) {}
}
