package io.drme.sim.modbus;

import io.drme.sim.fault.Moment;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One unit of a device: which addresses it has and what they hold. What a client writes stands in
 * place of the point's value. Confined to its server's lock.
 */
final class Unit {
    private record Register(Area area, int address) {}

    private final Map<Area, Map<Integer, Point>> byAddress = new EnumMap<>(Area.class);
    private final Map<Area, Map<Integer, Integer>> written = new EnumMap<>(Area.class);
    private final Map<Register, Map<Integer, Point>> registerBits = new HashMap<>();
    private final boolean writable;
    private final Set<Integer> unknownFunctions;

    /**
     * Makes a unit of points that do not overlap, but for bits of one register.
     *
     * @param unknownFunctions function codes that it does not know
     */
    Unit(List<Point> points, boolean writable, Set<Integer> unknownFunctions) {
        this.writable = writable;
        this.unknownFunctions = Set.copyOf(unknownFunctions);
        for (var area : Area.values()) {
            byAddress.put(area, new HashMap<>());
            written.put(area, new HashMap<>());
        }
        for (var point : points) {
            var area = byAddress.getOrDefault(point.area(), Map.of());
            for (int i = 0; i < point.width(); i++) {
                area.put(point.address() + i, point);
            }
            if (point.bit() >= 0) {
                registerBits
                        .computeIfAbsent(
                                new Register(point.area(), point.address()), _ -> new HashMap<>())
                        .put(point.bit(), point);
            }
        }
    }

    boolean knows(int function) {
        return !unknownFunctions.contains(function);
    }

    boolean isWritable() {
        return writable;
    }

    /** Whether every address of a range is there. */
    boolean has(Area area, int address, int count) {
        var points = byAddress.getOrDefault(area, Map.of());
        for (int i = 0; i < count; i++) {
            if (!points.containsKey(address + i)) {
                return false;
            }
        }
        return true;
    }

    /** A register, 0 to 65535, or a bit, 0 or 1, now. The address is there. */
    int read(Area area, int address, Moment moment) {
        var over = written.getOrDefault(area, Map.of()).get(address);
        if (over != null) {
            return over;
        }
        var point = byAddress.getOrDefault(area, Map.of()).get(address);
        if (point == null) {
            throw new IllegalArgumentException(area.text() + ":" + address + " is not there");
        }
        if (area.isBits()) {
            return point.bitAt(moment) ? 1 : 0;
        }
        if (point.bit() >= 0) {
            return bits(area, address, moment);
        }
        var bytes = point.bytesAt(moment);
        int at = 2 * (address - point.address());
        return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
    }

    private int bits(Area area, int address, Moment moment) {
        int register = 0;
        for (var point :
                registerBits.getOrDefault(new Register(area, address), Map.of()).values()) {
            register |= point.bitAt(moment) ? 1 << point.bit() : 0;
        }
        return register;
    }

    /** Forgets what clients wrote, as a device does that keeps it in memory only. */
    void restart() {
        written.values().forEach(Map::clear);
    }

    /** Overlays a register or bit. */
    void write(Area area, int address, int value) {
        written.computeIfAbsent(area, _ -> new HashMap<>()).put(address, value);
    }
}
