package io.drme.sim.modbus;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What a recorder saw. Safe for use from any thread. */
final class RecordCounts {
    private static final int EXCEPTION_BIT = 0x80;

    private final LongAdder connections = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder requests = new LongAdder();
    private final LongAdder answers = new LongAdder();
    private final LongAdder exceptions = new LongAdder();
    private final LongAdder odd = new LongAdder();
    private final LongAdder unanswered = new LongAdder();
    private final LongAdder stray = new LongAdder();
    private final LongAdder junk = new LongAdder();

    void connection() {
        connections.increment();
    }

    void refusedConnection() {
        refused.increment();
    }

    void request() {
        requests.increment();
    }

    void answer(byte[] pdu) {
        (((pdu[0] & EXCEPTION_BIT) != 0) ? exceptions : answers).increment();
    }

    /** An answer in pieces, or one that is no message. */
    void odd() {
        odd.increment();
    }

    void unanswered() {
        unanswered.increment();
    }

    /** Bytes of a device that nobody had asked. */
    void stray() {
        stray.increment();
    }

    /** Bytes of a gateway that are no request. */
    void junk() {
        junk.increment();
    }

    Map<String, Long> all() {
        var all = new LinkedHashMap<String, Long>();
        all.put("connections", connections.sum());
        all.put("refused", refused.sum());
        all.put("requests", requests.sum());
        all.put("answers", answers.sum());
        all.put("exceptions", exceptions.sum());
        all.put("odd-answers", odd.sum());
        all.put("unanswered", unanswered.sum());
        all.put("stray", stray.sum());
        all.put("no-requests", junk.sum());
        return all;
    }
}
