@NullMarked
package io.drme.edge.notify;

import org.jspecify.annotations.NullMarked;
