/** The clock seam and the hybrid logical clock. */
@NullMarked
package io.drme.time;

import org.jspecify.annotations.NullMarked;
