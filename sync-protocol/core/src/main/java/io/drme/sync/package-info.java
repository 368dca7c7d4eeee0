/**
 * The sync between a gateway and the centre: topics, messages and their codec, and the state
 * machines of both sides, which do no I/O and have no threads. Specified in docs/sync.md.
 */
@NullMarked
package io.drme.sync;

import org.jspecify.annotations.NullMarked;
