/**
 * From what drivers deliver to what is recorded: scaling, range, deadband, pipelines, alarms, in
 * one pass on one thread.
 */
@NullMarked
package io.drme.edge.acquisition;

import org.jspecify.annotations.NullMarked;
