package io.drme.driver.modbus;

import io.drme.driver.DriverSettings;
import java.time.Duration;

/**
 * What a Modbus device needs beyond its time limit.
 *
 * @param host name or address
 * @param port 1 to 65,535
 * @param unitId 0 to 255; 1 to 247 behind a serial line
 * @param base what the file counts addresses from, 0 or 1
 * @param mergeGap the most registers between two tags that are read along to save a request; 0 to
 *     124
 * @param maxRegisters the most registers in one request, 1 to 125; some devices bear fewer than the
 *     protocol allows
 * @param gap least pause between two requests on the connection
 */
public record ModbusSettings(
        String host, int port, int unitId, int base, int mergeGap, int maxRegisters, Duration gap)
        implements DriverSettings {

    /** The registered port. */
    public static final int DEFAULT_PORT = 502;

    /** What nearly all devices answer to when nothing was set. */
    public static final int DEFAULT_UNIT_ID = 1;

    /** As in the protocol. */
    public static final int DEFAULT_BASE = 0;

    /** 32 bytes on the wire cost less than another round trip, on a serial line at 19,200 too. */
    public static final int DEFAULT_MERGE_GAP = 16;

    /** What the protocol allows. */
    public static final int DEFAULT_MAX_REGISTERS = Area.MOST_REGISTERS;

    /** TCP needs none. */
    public static final Duration DEFAULT_GAP = Duration.ZERO;

    /** The URL in its full form. */
    public String url() {
        return "tcp://%s:%d".formatted(host.contains(":") ? "[" + host + "]" : host, port);
    }
}
