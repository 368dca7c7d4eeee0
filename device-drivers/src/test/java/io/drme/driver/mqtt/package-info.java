@NullMarked
package io.drme.driver.mqtt;

import org.jspecify.annotations.NullMarked;
