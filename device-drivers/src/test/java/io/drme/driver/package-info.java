/** Tests of the driver seam, and the contract that each driver passes. */
@NullMarked
package io.drme.driver;

import org.jspecify.annotations.NullMarked;
