package io.drme.alarm;

import java.time.Duration;

/**
 * What a person needs to know to act on an alarm, beside its message, after ISA-18.2's
 * rationalisation.
 *
 * @param action what to do; may be empty
 * @param cause what usually leads to it; may be empty
 * @param consequence what happens where nobody acts; may be empty
 * @param respondWithin how soon a person has to act; zero where the file says nothing
 */
public record Guidance(String action, String cause, String consequence, Duration respondWithin) {}
