/**
 * What the command lines share: a connection to a running program's REST interface, and lists as
 * tables, JSON or CSV.
 */
@NullMarked
package io.drme.web.client;

import org.jspecify.annotations.NullMarked;
