package io.drme.schema;

/**
 * A device came up, went down or changed the reason why it is down.
 *
 * @param device name in the configuration
 * @param driver modbus, opcua, gpio and so on
 * @param state connected, connecting, disconnected, refused or stopped
 * @param reason why, for a person; empty where it is connected
 * @param lastGood time of the last good answer, nanoseconds since 1970 UTC; 0 where there was none
 * @param lastError the last error, for a person; empty where there was none
 */
public record DeviceState(
        String device, String driver, String state, String reason, long lastGood, String lastError)
        implements Payload {

    void write(AvroWriter out) {
        out.putString(device)
                .putString(driver)
                .putString(state)
                .putString(reason)
                .putLong(lastGood)
                .putString(lastError);
    }

    static DeviceState read(AvroReader in) throws BadEventException {
        return new DeviceState(
                in.takeString(),
                in.takeString(),
                in.takeString(),
                in.takeString(),
                in.takeLong(),
                in.takeString());
    }
}
