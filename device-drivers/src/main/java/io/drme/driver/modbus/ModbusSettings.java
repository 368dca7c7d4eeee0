package io.drme.driver.modbus;

import io.drme.driver.DriverSettings;
import java.time.Duration;

/**
 * What a Modbus device needs beyond its time limit.
 *
 * @param endpoint where its connection leads
 * @param unitId 0 to 255; 1 to 247 on a serial line
 * @param base what the file counts addresses from, 0 or 1
 * @param mergeGap the most registers between two tags that are read along to save a request; 0 to
 *     124
 * @param maxRegisters the most registers in one request, 1 to 125; some devices bear fewer than the
 *     protocol allows
 * @param gap least pause between two requests on the connection
 * @param warmUp pause between connecting and the first request
 */
record ModbusSettings(
        Endpoint endpoint,
        int unitId,
        int base,
        int mergeGap,
        int maxRegisters,
        Duration gap,
        Duration warmUp)
        implements DriverSettings {

    /** What nearly all devices answer to when nothing was set. */
    static final int DEFAULT_UNIT_ID = 1;

    /** As in the protocol. */
    static final int DEFAULT_BASE = 0;

    /** 32 bytes on the wire cost less than another round trip, on a serial line at 19,200 too. */
    static final int DEFAULT_MERGE_GAP = 16;

    /** What the protocol allows. */
    static final int DEFAULT_MAX_REGISTERS = Area.MOST_REGISTERS;

    /** TCP needs none, and a serial line has its own silence between frames. */
    static final Duration DEFAULT_GAP = Duration.ZERO;

    /** Nearly all devices answer as soon as they take a connection. */
    static final Duration DEFAULT_WARM_UP = Duration.ZERO;
}
