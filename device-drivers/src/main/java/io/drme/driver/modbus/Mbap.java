package io.drme.driver.modbus;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;

/**
 * The frames of Modbus TCP. Transaction ids go on over connections, and every answer must have the
 * request's transaction, unit, function and length.
 *
 * <p>A request that timed out leaves the connection as it is, for the units behind a gateway share
 * it: its id is remembered, and an answer to it that comes late is passed over. Any other failure
 * costs the connection, also one in the middle of a frame.
 */
final class Mbap implements Framing {
    /** So many are remembered; the answer to an older one costs the connection, as any unasked. */
    static final int MOST_UNANSWERED = 64;

    private static final int HEADER_BYTES = 7;
    private static final int LEAST_LENGTH = 3;
    private static final int MOST_LENGTH = 1 + MOST_PDU_BYTES;

    /** Ids of requests on this connection whose answers may still come. */
    private final ArrayDeque<Integer> unanswered = new ArrayDeque<>();

    private int transaction;

    @Override
    public void opened() {
        unanswered.clear();
    }

    @Override
    public boolean bears(IOException failure, Wire wire) {
        return failure instanceof SocketTimeoutException && wire.isBetweenFrames();
    }

    @Override
    public boolean bearsUnasked() {
        return !unanswered.isEmpty();
    }

    @Override
    public byte[] exchange(Line.Ask ask, Wire wire)
            throws IOException, RefusalException, InterruptedException {
        transaction = (transaction + 1) & 0xFFFF;
        // After 65,536 requests an id comes again, and its answer is waited for.
        unanswered.remove((Integer) transaction);
        wire.send(encode(ask, transaction), Duration.ZERO);
        try {
            var answer = new byte[HEADER_BYTES + MOST_PDU_BYTES];
            wire.fill(answer, 0, HEADER_BYTES);
            while (isLate(answer)) {
                wire.fill(answer, HEADER_BYTES, word(answer, 4) - 1);
                wire.endFrame();
                wire.fill(answer, 0, HEADER_BYTES);
            }
            int pduBytes = pduBytes(ask, answer, transaction);
            wire.fill(answer, HEADER_BYTES, pduBytes);
            return values(ask, answer, pduBytes);
        } catch (SocketTimeoutException e) {
            if (unanswered.size() == MOST_UNANSWERED) {
                unanswered.remove();
            }
            unanswered.add(transaction);
            throw e;
        }
    }

    /** Whether a header is that of an answer which was given up; then it is waited for no more. */
    private boolean isLate(byte[] header) {
        int length = word(header, 4);
        return word(header, 2) == 0
                && length >= LEAST_LENGTH
                && length <= MOST_LENGTH
                && unanswered.remove(word(header, 0));
    }

    /** The frame of a request. */
    static byte[] encode(Line.Ask ask, int transaction) throws IOException {
        return switch (ask) {
            case Line.Read read -> encode(read, transaction);
            case WriteRequest write ->
                    ByteBuffer.allocate(HEADER_BYTES + write.request().length)
                            .putShort((short) transaction)
                            .putShort((short) 0)
                            .putShort((short) (1 + write.request().length))
                            .put((byte) write.unitId())
                            .put(write.request())
                            .array();
        };
    }

    private static byte[] encode(Line.Read read, int transaction) throws IOException {
        var request = Framing.message(read);
        request.setTransactionID(transaction);
        var bytes = new ByteArrayOutputStream(12);
        request.writeTo(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    /** How many bytes follow the header of an answer, which must belong to the request. */
    static int pduBytes(Line.Ask ask, byte[] answer, int transaction)
            throws Line.WrongAnswerException {
        int length = word(answer, 4);
        Framing.check("protocol", word(answer, 2), 0);
        Framing.check("length", length, LEAST_LENGTH, MOST_LENGTH);
        Framing.check("transaction", word(answer, 0), transaction);
        Framing.check("unit", answer[6] & 0xFF, ask.unitId());
        return length - 1;
    }

    /** The values in an answer whose header was found good and whose PDU is there. */
    static byte[] values(Line.Ask ask, byte[] answer, int pduBytes)
            throws RefusalException, Line.WrongAnswerException {
        return Framing.values(ask, answer, HEADER_BYTES, pduBytes);
    }

    private static int word(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
    }
}
