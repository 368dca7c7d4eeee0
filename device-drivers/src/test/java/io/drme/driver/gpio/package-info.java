@NullMarked
package io.drme.driver.gpio;

import org.jspecify.annotations.NullMarked;
