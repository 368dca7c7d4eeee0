package io.drme.log;

/**
 * What the log knows about an item without reading it.
 *
 * @param sequence its number in the stream
 * @param firstOrdinal number of its first sample among all samples of the stream, from 0
 * @param samples how many samples it holds; 0 for an event
 * @param firstTime earliest source time, or the event's time; nanoseconds since 1970 UTC
 * @param lastTime latest source time
 * @param lengthBytes how long it is
 */
public record StoredItem(
        long sequence,
        long firstOrdinal,
        int samples,
        long firstTime,
        long lastTime,
        int lengthBytes) {}
