/** REST routes and the live stream over the queries. */
@NullMarked
package io.drme.cloud.api;

import org.jspecify.annotations.NullMarked;
