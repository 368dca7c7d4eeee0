/**
 * The agent: main program, command line, wiring and supervision; the only package that sees all
 * others.
 */
@NullMarked
package io.drme.edge;

import org.jspecify.annotations.NullMarked;
