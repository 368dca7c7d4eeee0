/** The Hazelcast member and what it holds: a cache that the store can rebuild. */
@NullMarked
package io.drme.cloud.grid;

import org.jspecify.annotations.NullMarked;
