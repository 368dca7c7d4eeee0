package io.drme.driver.modbus;

import com.ghgande.j2mod.modbus.msg.ModbusRequest;
import com.ghgande.j2mod.modbus.msg.ReadCoilsRequest;
import com.ghgande.j2mod.modbus.msg.ReadInputDiscretesRequest;
import com.ghgande.j2mod.modbus.msg.ReadInputRegistersRequest;
import com.ghgande.j2mod.modbus.msg.ReadMultipleRegistersRequest;
import java.io.IOException;
import java.util.Arrays;

/** How requests and answers lie on a connection, and which answer belongs to which request. */
sealed interface Framing permits Mbap, Rtu {
    /** The longest message that any frame carries (Application Protocol 1.1b3, 4.1). */
    int MOST_PDU_BYTES = 253;

    int EXCEPTION_BIT = 0x80;

    /**
     * Asks and takes the answer, on a connection that is open.
     *
     * @return the values of the answer, exactly as many bytes as were asked for; none of a write
     * @throws RefusalException when the device answers by an exception code
     * @throws IOException when no answer came, or one that does not belong to the request
     */
    byte[] exchange(Line.Ask ask, Wire wire)
            throws IOException, RefusalException, InterruptedException;

    /** A connection was made anew. */
    void opened();

    /**
     * Whether the connection can carry another exchange after one that failed: where not, it is
     * closed.
     */
    boolean bears(IOException failure, Wire wire);

    /** Whether the connection may be used although unasked bytes lie there. */
    boolean bearsUnasked();

    /** The message of a read request, by j2mod. */
    static ModbusRequest message(Line.Read read) {
        ModbusRequest request =
                switch (read.area()) {
                    case COIL -> new ReadCoilsRequest(read.start(), read.count());
                    case DISCRETE -> new ReadInputDiscretesRequest(read.start(), read.count());
                    case INPUT -> new ReadInputRegistersRequest(read.start(), read.count());
                    case HOLDING -> new ReadMultipleRegistersRequest(read.start(), read.count());
                };
        request.setUnitID(read.unitId());
        return request;
    }

    /**
     * The values in a message, which must answer the request.
     *
     * @param at where in the frame the message begins
     */
    static byte[] values(Line.Ask ask, byte[] frame, int at, int pduBytes)
            throws RefusalException, Line.WrongAnswerException {
        return switch (ask) {
            case Line.Read read -> values(read, frame, at, pduBytes);
            case WriteRequest write -> {
                write.check(frame, at, pduBytes);
                yield new byte[0];
            }
        };
    }

    private static byte[] values(Line.Read read, byte[] frame, int at, int pduBytes)
            throws RefusalException, Line.WrongAnswerException {
        int function = frame[at] & 0xFF;
        int asked = read.area().function();
        if (function == (asked | EXCEPTION_BIT)) {
            check("length of refusal", pduBytes, 2);
            throw new RefusalException(frame[at + 1] & 0xFF);
        }
        check("function", function, asked);
        int expected = read.area().answerBytes(read.count());
        check("count of bytes", frame[at + 1] & 0xFF, expected);
        check("length", pduBytes, expected + 2);
        return Arrays.copyOfRange(frame, at + 2, at + 2 + expected);
    }

    /** Holds a field of an answer against its range. */
    static void check(String field, int found, int least, int most)
            throws Line.WrongAnswerException {
        if (found < least || found > most) {
            throw new Line.WrongAnswerException(
                    "the answer's %s is %d, not %d to %d".formatted(field, found, least, most));
        }
    }

    /** Holds a field of an answer against what it must be. */
    static void check(String field, int found, int expected) throws Line.WrongAnswerException {
        if (found != expected) {
            throw new Line.WrongAnswerException(
                    "the answer's %s is %d, not %d".formatted(field, found, expected));
        }
    }
}
