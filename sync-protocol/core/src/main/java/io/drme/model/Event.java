package io.drme.model;

import java.util.Map;

/**
 * Something that happened on a gateway and must not be lost: an alarm's change of state, a
 * configuration, a command, a drop, a clock step.
 *
 * <p>Its id is (gateway, epoch, {@link #time}); the first two are those of the log that holds it.
 *
 * @param time hybrid logical clock stamp, unique on the gateway
 * @param type what happened, for example {@code alarm} or {@code drop}; 1 to 64 of {@code
 *     [a-z0-9-.]}
 * @param schemaId number of the payload's schema
 * @param schemaVersion version of that schema, from 1
 * @param payload Avro binary of that schema; not to be changed by anyone
 * @param metadata optional extras that no schema describes
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared
public record Event(
        long time,
        String type,
        int schemaId,
        int schemaVersion,
        byte[] payload,
        Map<String, String> metadata) {}
