/** Fuzzing of every parser: the list, the runner, and what the targets share. */
@NullMarked
package io.drme.fuzz;

import org.jspecify.annotations.NullMarked;
