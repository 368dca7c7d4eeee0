@NullMarked
package io.drme.edge;

import org.jspecify.annotations.NullMarked;
