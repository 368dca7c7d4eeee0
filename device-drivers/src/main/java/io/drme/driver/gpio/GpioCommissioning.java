package io.drme.driver.gpio;

import io.drme.config.InvalidConfigException;
import io.drme.driver.Commissioning;
import io.drme.driver.DriverException;
import io.drme.driver.Offer;
import io.drme.driver.TestDevice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads levels, and lists the lines of a simulator. */
final class GpioCommissioning implements Commissioning {
    private static final String ADDRESS = "address";
    private static final double ALL_PERCENT = 100;

    /** More lines than any simulated chip has. */
    private static final int MOST_LINES = 64;

    @Override
    public Map<String, String> firstTag() {
        return Map.of(ADDRESS, "line:0");
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
     * Of a real chip only the kernel can tell without taking the lines, which would make inputs of
     * outputs.
     */
    @Override
    public void browse(TestDevice device, Extent extent, Listener listener)
            throws InvalidConfigException, DriverException, InterruptedException {
        if (device.url().startsWith("chip:")) {
            throw new DriverException.Refused(
                    "the lines of a chip are not taken on trial, as that makes inputs of outputs; 'gpioinfo' of the package gpiod lists them, then read one: drme-agent read %s line:N"
                            .formatted(device.url()),
                    null);
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
}
