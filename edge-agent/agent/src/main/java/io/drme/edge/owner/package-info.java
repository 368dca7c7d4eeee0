/** How one thread has something done on another that owns the state. */
@NullMarked
package io.drme.edge.owner;

import org.jspecify.annotations.NullMarked;
