package io.drme.edge;

import io.drme.driver.DeviceStatus;
import io.drme.schema.DeviceState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Knows what was recorded of each device last. Confined to the supervisor's thread. */
final class DeviceStateBook {
    private final Map<String, String> known = new HashMap<>();

    /** What differs from what this gave before. */
    List<DeviceState> changes(List<DeviceStatus> statuses) {
        var changes = new ArrayList<DeviceState>();
        for (var status : statuses) {
            var state = status.state() + " " + status.reason();
            if (!state.equals(known.put(status.device(), state))) {
                changes.add(
                        new DeviceState(
                                status.device(),
                                status.driver(),
                                status.state().text(),
                                status.reason(),
                                status.lastGood().orElse(0),
                                status.lastError()));
            }
        }
        return changes;
    }
}
