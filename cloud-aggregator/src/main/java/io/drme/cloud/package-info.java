/** The centre: program, wiring and supervision; the only package here that sees all others. */
@NullMarked
package io.drme.cloud;

import org.jspecify.annotations.NullMarked;
