/**
 * Reads YAML into positioned nodes, with all problems at once; units of time and size. Nothing
 * else.
 */
@NullMarked
package io.drme.config;

import org.jspecify.annotations.NullMarked;
