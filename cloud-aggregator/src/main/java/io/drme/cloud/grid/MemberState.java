package io.drme.cloud.grid;

/**
 * How a member is, as it says itself every second.
 *
 * @param address where the others reach it; its name among them
 * @param web address of its page and REST
 * @param mqttPort where its gateways connect
 * @param startedNanos when it started, its wall clock
 * @param toldNanos when it said so, its wall clock
 * @param connections of gateways, of which each has two
 * @param messages that came in since its start
 * @param notStored messages that the database did not take since its start
 * @param clients that watch the live feed
 * @param heapUsed bytes
 * @param heapMost bytes that it may take
 * @param trouble why it is not ready; empty while it is
 */
public record MemberState(
        String address,
        String web,
        int mqttPort,
        String version,
        long startedNanos,
        long toldNanos,
        long connections,
        long messages,
        long notStored,
        int clients,
        long heapUsed,
        long heapMost,
        String trouble) {}
