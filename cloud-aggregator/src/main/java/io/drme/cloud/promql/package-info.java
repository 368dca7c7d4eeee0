/** Prometheus' query language over the stored history, a stated subset of it. */
@NullMarked
package io.drme.cloud.promql;

import org.jspecify.annotations.NullMarked;
