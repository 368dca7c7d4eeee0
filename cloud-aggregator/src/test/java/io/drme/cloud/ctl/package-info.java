/** Tests of the command line drmectl. */
@NullMarked
package io.drme.cloud.ctl;

import org.jspecify.annotations.NullMarked;
