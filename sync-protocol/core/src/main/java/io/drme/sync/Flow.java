package io.drme.sync;

/**
 * What one sort of traffic took of the line since the process began.
 *
 * @param bytes handed to the line, what was sent again too
 * @param limit of its own in bytes a second; 0 is none
 * @param waits whether something is there that can't go for want of a budget, its own or that of
 *     all
 * @param waitedMillis for how long in all that was so
 */
public record Flow(long bytes, long limit, boolean waits, long waitedMillis) {}
