/** Tests of the Modbus driver. */
@NullMarked
package io.drme.driver.modbus;

import org.jspecify.annotations.NullMarked;
