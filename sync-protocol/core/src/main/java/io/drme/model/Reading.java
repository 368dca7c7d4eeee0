package io.drme.model;

/**
 * What one attempt to read a tag gave.
 *
 * <p>The quality is in the type, so a bad reading has no value that could be averaged by mistake.
 * The three cases are the severities of an OPC UA StatusCode (Part 4).
 */
public sealed interface Reading {

    /** The device answered and vouches for the value. */
    record Good(Value value) implements Reading {}

    /** The device answered, but the value may be off; {@code reason} says why. */
    record Uncertain(Value value, Reason reason) implements Reading {}

    /** There is no usable value; {@code reason} says why. */
    record Bad(Reason reason) implements Reading {}

    /** The packed quality of this reading. */
    default byte quality() {
        return switch (this) {
            case Good _ -> Quality.GOOD;
            case Uncertain(Value _, Reason reason) -> Quality.uncertain(reason);
            case Bad(Reason reason) -> Quality.bad(reason);
        };
    }
}
