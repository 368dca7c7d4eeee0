/** Tests of the centre's end of the line. */
@NullMarked
package io.drme.cloud.ingest;

import org.jspecify.annotations.NullMarked;
