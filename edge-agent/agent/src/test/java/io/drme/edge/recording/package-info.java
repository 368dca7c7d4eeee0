@NullMarked
package io.drme.edge.recording;

import org.jspecify.annotations.NullMarked;
