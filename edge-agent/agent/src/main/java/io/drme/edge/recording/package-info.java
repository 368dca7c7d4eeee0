/**
 * The store's owner thread: what was evaluated becomes durable here, and only then is anybody told.
 */
@NullMarked
package io.drme.edge.recording;

import org.jspecify.annotations.NullMarked;
