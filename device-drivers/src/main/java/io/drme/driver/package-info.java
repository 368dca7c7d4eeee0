/** The driver seam, the device loop with back-off, and what every driver shares. */
@NullMarked
package io.drme.driver;

import org.jspecify.annotations.NullMarked;
