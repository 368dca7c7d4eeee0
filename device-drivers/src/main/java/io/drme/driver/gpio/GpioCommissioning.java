package io.drme.driver.gpio;

import io.drme.config.InvalidConfigException;
import io.drme.driver.Commissioning;
import io.drme.driver.DriverException;
import io.drme.driver.Offer;
import io.drme.driver.TestDevice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads levels, and lists the lines of a chip or a simulator. */
final class GpioCommissioning implements Commissioning {
    private static final String ADDRESS = "address";
    private static final double ALL_PERCENT = 100;

    /** More lines than any simulated chip has. */
    private static final int MOST_LINES = 64;

    private final Kernel kernel;

    /**
     * Makes it.
     *
     * @param kernel of the machine that has the chips
     */
    GpioCommissioning(Kernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public Map<String, String> firstTag() {
        return Map.of(ADDRESS, "line:0");
    }

    /**
     * Of a chip the first input that is free: what a person did not name is not made an input of.
     * Where there is none, a line that no chip has, of which the chip says so.
     */
    @Override
    public Map<String, String> firstTag(TestDevice device) throws InvalidConfigException {
        var path = chip(device);
        if (path.isEmpty()) {
            return firstTag();
        }
        try (var chip = Chip.open(device.url(), path.get(), kernel)) {
            return Map.of(
                    ADDRESS,
                    "line:"
                            + chip.lines().stream()
                                    .filter(l -> !l.isUsed() && !l.isOutput())
                                    .findFirst()
                                    .map(Chip.LineInfo::line)
                                    .orElse(GpioAddress.MAX_LINE));
        } catch (DriverException _) {
            return firstTag(); // connecting, which comes next, says what is wrong
        }
    }

    @Override
    public List<Map<String, String>> firstTags(TestDevice device, String address) {
        return List.of(Map.of(ADDRESS, address));
    }

    @Override
    public List<Reading> read(TestDevice device, String address, Wish wish)
            throws InvalidConfigException, DriverException, InterruptedException {
        var keys = new LinkedHashMap<>(wish.keys());
        keys.put(ADDRESS, address);
        List.of("count", "type").forEach(keys::remove); // a counter tried would leave its count
        var values = new ArrayList<String>();
        boolean good = false;
        for (int read = 0; read < wish.reads(); read++) {
            if (read > 0) {
                device.access().clock().sleep(Duration.ofMillis(wish.everyMillis()));
            }
            try (var session = device.open(device.spec(List.of(keys)))) {
                session.connect();
                for (var sample : session.read()) {
                    values.add(sample.shown());
                    good |= sample.good();
                }
            }
        }
        if (!good) {
            throw new DriverException.Refused(
                    "there is no value of %s (%s); check the number of the line"
                            .formatted(address, values.isEmpty() ? "none came" : values.getLast()),
                    null);
        }
        return List.of(new Reading(Map.of("type", "bool"), List.copyOf(values), ALL_PERCENT));
    }

    /**
     * Of a real chip the kernel tells, without a line being taken: that would make inputs of
     * outputs.
     */
    @Override
    public void browse(TestDevice device, Extent extent, Listener listener)
            throws InvalidConfigException, DriverException, InterruptedException {
        var chip = chip(device);
        if (chip.isPresent()) {
            browse(device, chip.get(), listener);
            return;
        }
        var tags = new ArrayList<Map<String, String>>();
        for (int line = 0; line < MOST_LINES; line++) {
            tags.add(Map.of(ADDRESS, "line:" + line));
        }
        try (var session = device.open(device.spec(tags))) {
            session.connect();
            session.read().stream()
                    .filter(TestDevice.Sample::good)
                    .forEach(s ->
                            listener.found(
                                    new Offer(
                                            "line-" + s.tag(),
                                            Map.of(ADDRESS, "line:" + s.tag()),
                                            s.shown(),
                                            "")));
        }
    }

    private void browse(TestDevice device, Path path, Listener listener) throws DriverException {
        var names = new HashSet<String>();
        try (var chip = Chip.open(device.url(), path, kernel)) {
            for (var line : chip.lines()) {
                if (line.isOutput()) {
                    listener.note(
                            "line %d%s is an output%s, and not listed: as a tag to be read it would become an input"
                                    .formatted(line.line(), quoted(line.name()), used(line)));
                    continue;
                }
                var name = tagName(line.name());
                if (name.isEmpty() || !names.add(name)) {
                    name = name + (name.isEmpty() ? "line-" : "-line-") + line.line();
                    names.add(name);
                }
                listener.found(
                        new Offer(
                                name,
                                Map.of(ADDRESS, "line:" + line.line()),
                                "input",
                                line.isUsed()
                                        ? "%s; refused until it is free"
                                                .formatted(used(line).strip())
                                        : quoted(line.name()).strip()));
            }
        }
    }

    private static String quoted(String name) {
        return name.isEmpty() ? "" : " '" + name + "'";
    }

    private static String used(Chip.LineInfo line) {
        return line.isUsed()
                ? " used by " + (line.user().isEmpty() ? "the kernel" : "'" + line.user() + "'")
                : "";
    }

    /** A board's name for a line as a tag may be called; empty where nothing is left of it. */
    private static String tagName(String name) {
        return name.toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9_.-]+", "-")
                .replaceAll("^[^a-z0-9]+|[^a-z0-9]+$", "");
    }

    /** The chip that a device is; nothing where it is the simulator. */
    private static Optional<Path> chip(TestDevice device) throws InvalidConfigException {
        return device.spec(List.of(Map.of(ADDRESS, "line:0"))).settings()
                        instanceof GpioSettings.Chip(Path path)
                ? Optional.of(path)
                : Optional.empty();
    }
}
