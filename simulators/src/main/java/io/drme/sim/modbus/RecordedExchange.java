package io.drme.sim.modbus;

import io.drme.sim.record.LineWriter.Piece;
import java.util.List;

/**
 * What a device did to one request, as it was recorded.
 *
 * @param atNanos when it was asked, since the recording began
 * @param afterNanos how long after that the answer came, or the end
 * @param outcome which of the following there is
 * @param answer the answer from its function on; empty where the outcome is no answer
 * @param shift how much its transaction was off
 * @param answerUnit the unit that it named; -1: that of the request
 * @param pieces what came instead of an answer in one
 * @param id the transaction of the recorded request where there are pieces
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record RecordedExchange(
        long atNanos,
        long afterNanos,
        Outcome outcome,
        byte[] answer,
        int shift,
        int answerUnit,
        List<Piece> pieces,
        int id) {
    private static final byte[] NOTHING = {};
    private static final int EXCEPTION_BIT = 0x80;

    /** How a request can end. */
    enum Outcome {
        ANSWER,
        PIECES,
        SILENCE,
        CLOSED,
        RESET
    }

    static RecordedExchange answered(
            long atNanos, long afterNanos, byte[] answer, int shift, int answerUnit) {
        return new RecordedExchange(
                atNanos, afterNanos, Outcome.ANSWER, answer, shift, answerUnit, List.of(), 0);
    }

    static RecordedExchange inPieces(long atNanos, List<Piece> pieces, int id) {
        return new RecordedExchange(atNanos, 0, Outcome.PIECES, NOTHING, 0, -1, pieces, id);
    }

    static RecordedExchange ended(long atNanos, long afterNanos, Outcome outcome) {
        return new RecordedExchange(atNanos, afterNanos, outcome, NOTHING, 0, -1, List.of(), 0);
    }

    /** Whether it answers a read in earnest, so that its values are known. */
    boolean isGood() {
        return outcome == Outcome.ANSWER
                && shift == 0
                && answerUnit < 0
                && (answer[0] & EXCEPTION_BIT) == 0;
    }

    /** Whether the device refused the request in order. */
    boolean isException() {
        return outcome == Outcome.ANSWER && (answer[0] & EXCEPTION_BIT) != 0;
    }
}
