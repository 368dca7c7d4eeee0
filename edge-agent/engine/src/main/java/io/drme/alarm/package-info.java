/** Alarms after ISA-18.2: when one is raised, what a person may do with it, what is recorded. */
@NullMarked
package io.drme.alarm;

import org.jspecify.annotations.NullMarked;
