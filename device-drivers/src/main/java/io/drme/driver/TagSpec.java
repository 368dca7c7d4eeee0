package io.drme.driver;

import io.drme.model.SyncMode;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import java.time.Duration;

/**
 * One tag of a device as configured. What all drivers share stands here; {@code address} is the
 * driver's own record of how to get at the value.
 *
 * @param name full name, {@code device/path}
 * @param rawType type of the values that the driver gives
 * @param type type after scaling: {@link ValueType#FLOAT64} where scale or offset is set
 * @param unit UCUM code, empty where there is none
 * @param scale factor on the raw value, not 0; 1 where none is set
 * @param offset added after {@code scale}, in {@code unit}
 * @param low least value after scaling that is in range; negative infinity where none is set
 * @param high greatest value after scaling that is in range; infinity where none is set
 * @param deadband half-width in which changes are dropped, in {@code unit}; 0 drops nothing
 * @param poll how often a polled driver reads it
 * @param stale after how long without a sample a tag counts as stale
 * @param sync what of it leaves the site
 * @param address the driver's own
 */
public record TagSpec(
        TagName name,
        ValueType rawType,
        ValueType type,
        String unit,
        double scale,
        double offset,
        double low,
        double high,
        double deadband,
        Duration poll,
        Duration stale,
        SyncMode sync,
        TagAddress address) {}
