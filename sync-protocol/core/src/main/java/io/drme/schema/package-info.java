/**
 * What events carry: one record a payload, its Avro schema, and the binary form of both payload and
 * event. {@code docs/events.md} specifies the bytes.
 */
@NullMarked
package io.drme.schema;

import org.jspecify.annotations.NullMarked;
