/**
 * Tells people of alarms: by webhook, by e-mail, and by a horn or lamp on an output.
 *
 * <p>{@link io.drme.edge.notify.Deliverer} is the state machine between the event log and the
 * receivers; nothing in this package is on the way of a sample.
 */
@NullMarked
package io.drme.edge.notify;

import org.jspecify.annotations.NullMarked;
