/**
 * Modbus over TCP, serial lines, and serial lines behind TCP. Requests of Modbus TCP are put
 * together by j2mod's message classes, serial ports are jSerialComm's; connection, framing and the
 * checks of every answer are ours (docs/decisions says why).
 */
@NullMarked
package io.drme.driver.modbus;

import org.jspecify.annotations.NullMarked;
