/** The gateway's own REST, live feed and page. */
@NullMarked
package io.drme.edge.web;

import org.jspecify.annotations.NullMarked;
