/**
 * Modbus TCP. Requests are put together by j2mod's message classes; connection, framing and the
 * checks of every answer are ours (docs/decisions says why).
 */
@NullMarked
package io.drme.driver.modbus;

import org.jspecify.annotations.NullMarked;
