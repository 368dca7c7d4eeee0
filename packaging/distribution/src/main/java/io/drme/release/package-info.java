/** Makes a folder of jars ready to run, once after it was built. */
@NullMarked
package io.drme.release;

import org.jspecify.annotations.NullMarked;
