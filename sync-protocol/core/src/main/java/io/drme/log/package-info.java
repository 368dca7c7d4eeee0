/**
 * The gateway's durable store: journal and segment log over the {@link io.drme.log.Disk} seam,
 * CRC-framed and group-committed. {@link io.drme.log.Store} is the door; docs/log.md specifies
 * every byte.
 */
@NullMarked
package io.drme.log;

import org.jspecify.annotations.NullMarked;
