/**
 * Tests over everything that ships: the architecture, the real programs as processes, the pages in
 * a browser.
 */
@NullMarked
package io.drme.system;

import org.jspecify.annotations.NullMarked;
