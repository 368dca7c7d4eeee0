/**
 * What tests of all modules share: a clock held by the test, seeds, simulated disk and network,
 * contract suites.
 */
@NullMarked
package io.drme.testing;

import org.jspecify.annotations.NullMarked;
