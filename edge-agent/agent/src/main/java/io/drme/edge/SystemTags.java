package io.drme.edge;

import io.drme.alarm.AlarmConfig;
import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.YamlReader;
import io.drme.driver.DeviceSpec;
import io.drme.driver.DriverSettings;
import io.drme.driver.TagAddress;
import io.drme.driver.TagSpec;
import io.drme.model.SyncMode;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.List;

/**
 * What the gateway tells of itself, as tags and alarms like any other: they have history, are
 * acknowledged, and reach the centre.
 */
final class SystemTags {
    /** The device that is the gateway itself; a configuration can't use the name. */
    static final String DEVICE = "gateway";

    /** Whether the file can't be used and the last good one runs. */
    static final TagName CONFIGURATION_BROKEN = new TagName(DEVICE + "/configuration/broken");

    /** Whether the uplink stands. */
    static final TagName UPLINK_CONNECTED = new TagName(DEVICE + "/uplink/connected");

    /** Whether the centre shows a key that nothing vouches for. */
    static final TagName CENTRE_STRANGE = new TagName(DEVICE + "/uplink/centre-strange");

    /** Whether the disk refuses what is to be stored. */
    static final TagName STORE_FAILING = new TagName(DEVICE + "/store/failing");

    /** How often they are looked at; only changes are recorded. */
    static final Duration INTERVAL = Duration.ofSeconds(1);

    /** Between 0 and 1: each change of a boolean is recorded, and nothing else. */
    private static final double ANY_CHANGE = 0.5;

    private static final String ALARMS =
            """
            alarms:
              configuration-broken:
                tag: gateway/configuration/broken
                when: "value"
                priority: high
                message: The configuration file can't be used; the last good one runs
                action: Run drme-agent check FILE, mend what it lists, then drme-agent apply FILE
              centre-strange:
                tag: gateway/uplink/centre-strange
                when: "value"
                priority: high
                message: The centre signs with a key that is not the one known; nothing is sent to it
                action: Ask the centre's operator for the key's id, compare, then run drme-agent centre-key --accept ID
              store-failing:
                tag: gateway/store/failing
                when: "value"
                priority: critical
                message: The disk refuses what is to be stored
                action: Look at space and health of the disk; samples are kept in memory for a short time only
            """;

    private SystemTags() {}

    private enum Own implements TagAddress, DriverSettings {
        NONE
    }

    /** The device that holds the tags. */
    static DeviceSpec device() {
        return new DeviceSpec(
                DEVICE,
                "internal",
                "",
                INTERVAL,
                Own.NONE,
                List.of(
                        tag(CONFIGURATION_BROKEN),
                        tag(UPLINK_CONNECTED),
                        tag(CENTRE_STRANGE),
                        tag(STORE_FAILING)));
    }

    private static TagSpec tag(TagName name) {
        return new TagSpec(
                name,
                ValueType.BOOLEAN,
                ValueType.BOOLEAN,
                "",
                1,
                0,
                Double.NEGATIVE_INFINITY,
                Double.POSITIVE_INFINITY,
                ANY_CHANGE,
                INTERVAL,
                Duration.ofDays(1),
                new SyncMode.Raw(),
                Own.NONE);
    }

    /** The alarms over the tags. */
    static List<AlarmConfig> alarms() {
        var problems = new Problems();
        var top = YamlReader.parse("built-in alarms", ALARMS, problems).orElseThrow();
        var alarms = AlarmConfig.readAll(new Section(top, "", problems));
        if (!problems.none()) {
            throw new IllegalStateException("built-in alarms: " + problems.list());
        }
        return alarms;
    }
}
