package io.drme.driver;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One device as configured, checked and with its profile's parameters filled in.
 *
 * @param name the first word of its tags' names
 * @param driver the name of its factory, for example {@code modbus}
 * @param url as written
 * @param timeout bounds each request as a whole, and each step of a connect
 * @param settings the driver's own
 * @param tags at least one, or there are templates
 * @param templates of tags that come to be while it runs
 */
public record DeviceSpec(
        String name,
        String driver,
        String url,
        Duration timeout,
        DriverSettings settings,
        List<TagSpec> tags,
        List<TagTemplate> templates) {

    /** A device whose tags are all known. */
    public DeviceSpec(
            String name,
            String driver,
            String url,
            Duration timeout,
            DriverSettings settings,
            List<TagSpec> tags) {
        this(name, driver, url, timeout, settings, tags, List.of());
    }

    /** The same with tags that were found, behind its own. */
    public DeviceSpec with(List<TagSpec> found) {
        if (found.isEmpty()) {
            return this;
        }
        var all = new ArrayList<>(tags);
        all.addAll(found);
        return new DeviceSpec(name, driver, url, timeout, settings, List.copyOf(all), templates);
    }
}
