@NullMarked
package io.drme.edge.acquisition;

import org.jspecify.annotations.NullMarked;
