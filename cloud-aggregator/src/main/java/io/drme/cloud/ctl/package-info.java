/** drmectl, the centre's command line over its REST interface. */
@NullMarked
package io.drme.cloud.ctl;

import org.jspecify.annotations.NullMarked;
