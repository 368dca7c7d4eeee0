/** What the centre notices about gateways by itself, as ordinary alarms. */
@NullMarked
package io.drme.cloud.watch;

import org.jspecify.annotations.NullMarked;
