/**
 * State of pipelines and alarms kept over a restart: immutable snapshots, each a MapDB file written
 * whole. MapDB's classes load only where there is something to keep.
 */
@NullMarked
package io.drme.edge.state;

import org.jspecify.annotations.NullMarked;
