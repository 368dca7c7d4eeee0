package io.drme.alarm;

import java.time.Duration;

/**
 * What becomes of an alarm that nobody acknowledges.
 *
 * @param after how long it may wait; 1 s to 1 d
 * @param to the priority it then has, above its own
 */
public record Escalation(Duration after, Priority to) {}
