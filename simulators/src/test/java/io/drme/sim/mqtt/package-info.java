@NullMarked
package io.drme.sim.mqtt;

import org.jspecify.annotations.NullMarked;
