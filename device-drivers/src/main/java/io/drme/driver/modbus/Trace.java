package io.drme.driver.modbus;

import java.time.Duration;

/** The bytes that passed last and the time they had, kept by the device that asked. */
final class Trace {
    private byte[] request = new byte[0];
    private byte[] answer = new byte[0];
    private Duration limit = Duration.ZERO;
    private long tookNanos;
    private boolean othersWaited;

    void took(long nanos, boolean othersAreWaiting) {
        tookNanos = nanos;
        othersWaited = othersAreWaiting;
    }

    /** How long the last exchange took, without waiting for the line. */
    long tookNanos() {
        return tookNanos;
    }

    /** Whether others were waiting for the line at the end of the last exchange. */
    boolean haveOthersWaited() {
        return othersWaited;
    }

    void limited(Duration to) {
        limit = to;
    }

    /** How long the last answer was waited for at most: the time limit, or less of it. */
    Duration limit() {
        return limit;
    }

    void sent(byte[] bytes) {
        request = bytes;
        answer = new byte[0];
    }

    void received(byte[] bytes) {
        answer = bytes;
    }

    byte[] request() {
        return request;
    }

    byte[] answer() {
        return answer;
    }
}
