/** Tests of what a configuration may be spread over: includes, tag files, connections. */
@NullMarked
package io.drme.edge.config;

import org.jspecify.annotations.NullMarked;
