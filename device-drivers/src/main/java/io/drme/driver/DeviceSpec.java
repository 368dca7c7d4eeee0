package io.drme.driver;

import java.time.Duration;
import java.util.List;

/**
 * One device as configured, checked and with its profile's parameters filled in.
 *
 * @param name the first word of its tags' names
 * @param driver the name of its factory, for example {@code modbus}
 * @param url as written
 * @param timeout bounds each request as a whole, and each step of a connect
 * @param settings the driver's own
 * @param tags at least one
 */
public record DeviceSpec(
        String name,
        String driver,
        String url,
        Duration timeout,
        DriverSettings settings,
        List<TagSpec> tags) {}
