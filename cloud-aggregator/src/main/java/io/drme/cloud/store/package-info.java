/** The centre's durable tier: blocks, events, ranges, leases and counters in one SQL database. */
@NullMarked
package io.drme.cloud.store;

import org.jspecify.annotations.NullMarked;
