/**
 * GPIO through Pi4J's API: a provider on the Linux character device, and one that speaks to the
 * GPIO simulator.
 */
@NullMarked
package io.drme.driver.gpio;

import org.jspecify.annotations.NullMarked;
