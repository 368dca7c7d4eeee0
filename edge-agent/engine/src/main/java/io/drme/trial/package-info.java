/**
 * Tests inside a configuration: given samples, played in virtual time through the pipelines and
 * alarms that would run, and held against what is expected. Does no I/O and reads no clock.
 */
@NullMarked
package io.drme.trial;

import org.jspecify.annotations.NullMarked;
