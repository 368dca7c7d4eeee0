@NullMarked
package io.drme.driver.opcua;

import org.jspecify.annotations.NullMarked;
