/**
 * Tags, values, quality, samples, batches, events and the ids of gateways and streams; JDK only.
 */
@NullMarked
package io.drme.model;

import org.jspecify.annotations.NullMarked;
