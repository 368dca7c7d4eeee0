@NullMarked
package io.drme.edge.state;

import org.jspecify.annotations.NullMarked;
