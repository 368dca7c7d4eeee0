package io.drme.edge.state;

/**
 * What pipelines and alarms know at one moment. Everything they recorded up to it is in it.
 *
 * @param takenAtNanos gateway time, nanoseconds since 1970 UTC; what is recorded later is not in it
 * @param pipelines {@code Pipelines.snapshot()}
 * @param alarms {@code Alarms.snapshot()}
 */
@SuppressWarnings("ArrayRecordComponent") // a bundle that is handed on, never compared
public record OperatorState(long takenAtNanos, byte[] pipelines, byte[] alarms) {}
