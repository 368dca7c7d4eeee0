package io.drme.driver.modbus;

import io.drme.time.Clock;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The frames of a serial line, on the line itself or carried over TCP.
 *
 * <p>They have no transaction id: an answer that comes late looks like the answer to the next
 * request. So a unit that left a request unanswered, or whose answer came broken, is first asked
 * for an echo of two bytes that were never used before (function 8). A unit answers in the order in
 * which it was asked; once the echo is there, or the refusal of that function, nothing older can
 * come any more. Until then all that comes is dropped. Some units meet that function with silence:
 * so every other try is a read by a function that was not asked for since, and is known by that.
 * Where nothing is answered, the unit is read again {@link #MOST_LATE} after its last read.
 *
 * <p>Frames of other units are passed over. What is no frame spoils the exchange, and the next one
 * waits until the line is quiet.
 */
final class Rtu implements Framing {
    /** Later than this no unit answers any more, whatever it is behind. */
    static final Duration MOST_LATE = Duration.ofSeconds(10);

    /** Adapters and networks hand bytes on in lumps, so a shorter silence proves nothing. */
    static final Duration QUIET = Duration.ofMillis(20);

    private static final int ECHO = 8;
    private static final int ECHO_BYTES = 8;
    private static final int CRC_BYTES = 2;
    private static final int LEAST_FRAME_BYTES = 5;
    private static final int MOST_FRAME_BYTES = 1 + MOST_PDU_BYTES + CRC_BYTES;
    private static final int MOST_READ_FUNCTION = 4;
    private static final int REFUSED_ECHO = ECHO | EXCEPTION_BIT;
    private static final int DISCRETE_FUNCTION = 2;
    private static final List<Integer> READ_FUNCTIONS = List.of(4, 3, 1, DISCRETE_FUNCTION);
    private static final int CRC_POLYNOMIAL = 0xA001;

    private final Duration silence;
    private final Clock clock;

    /** Units with an answer that may still come. */
    private final Map<Integer, Debt> debts = new HashMap<>();

    /** Units that were known by a read after they had left an echo unanswered. */
    private final Set<Integer> deaf = new HashSet<>();

    private boolean disturbed;
    private int echo;

    /** A read that was left unanswered, and how it is found out that its answer can't come. */
    private static final class Debt {
        /** When the unit was last asked for values, also to find out. */
        private long askedNanos;

        /** Functions not asked for since, so that an answer to one tells when it was asked for. */
        private final ArrayDeque<Integer> unused = new ArrayDeque<>(READ_FUNCTIONS);

        private boolean nextIsEcho = true;

        Debt(long askedNanos, int function) {
            this.askedNanos = askedNanos;
            unused.removeFirstOccurrence(function);
        }
    }

    /**
     * Frames for one line.
     *
     * @param silence that parts two frames
     */
    Rtu(Duration silence, Clock clock) {
        this.silence = silence;
        this.clock = clock;
    }

    /** Late answers come over a new connection too: the device server keeps them. */
    @Override
    public void opened() {
        disturbed = true;
    }

    @Override
    public boolean bears(IOException failure, Wire wire) {
        return failure instanceof SocketTimeoutException
                || failure instanceof Line.WrongAnswerException;
    }

    @Override
    public boolean bearsUnasked() {
        return true;
    }

    @Override
    public byte[] exchange(Line.Ask ask, Wire wire)
            throws IOException, RefusalException, InterruptedException {
        if (disturbed || wire.hasUnasked()) {
            disturbed = true;
            wire.awaitQuiet(silence.compareTo(QUIET) > 0 ? silence : QUIET);
            disturbed = false;
        }
        boolean settled = false;
        try {
            settle(ask.unitId(), wire);
            long now = clock.nanoTime();
            wire.send(encode(ask), silence);
            debts.put(ask.unitId(), new Debt(now, function(ask)));
            var values = answer(ask, wire);
            settled = true;
            return values;
        } catch (RefusalException e) {
            settled = true;
            throw e;
        } finally {
            if (settled) {
                debts.remove(ask.unitId());
            } else {
                disturbed = true;
            }
        }
    }

    /** The values in the first frame of the unit that was asked. */
    private static byte[] answer(Line.Ask ask, Wire wire)
            throws IOException, RefusalException, InterruptedException {
        var frame = new byte[MOST_FRAME_BYTES];
        byte[] values;
        try {
            int bytes = next(frame, wire);
            while (isForeign(frame, ask.unitId())) {
                bytes = next(frame, wire);
            }
            values = values(ask, frame, bytes);
        } catch (Line.WrongAnswerException e) {
            checkIsNoRequest(ask, frame, LEAST_FRAME_BYTES, e.getMessage());
            throw e;
        } catch (SocketTimeoutException e) {
            checkIsNoRequest(ask, frame, ECHO_BYTES, "no other answer came in time");
            throw e;
        }
        checkIsNoRequest(ask, frame, ECHO_BYTES, "to the last byte");
        return values;
    }

    /**
     * Names an adapter with local echo, of which the request comes back: as a rule that can't be an
     * answer. Only a request for 17 to 24 bits between 768 and 1023 could, and is refused too.
     */
    private static void checkIsNoRequest(
            Line.Ask ask, byte[] frame, int bytes, @Nullable String besides)
            throws Line.WrongAnswerException {
        // Most writes are answered by their own request, so an echo can't be told from the answer.
        if (ask instanceof Line.Read && Arrays.equals(frame, 0, bytes, encode(ask), 0, bytes)) {
            throw new Line.WrongAnswerException(
                    "what came begins as the request does (%s); the adapter may send back what it sends: turn off its local echo"
                            .formatted(besides));
        }
    }

    /** A frame of another unit, or an echo that was given up. */
    private static boolean isForeign(byte[] frame, int unitId) {
        return (frame[0] & 0xFF) != unitId || function(frame) == ECHO;
    }

    private static int function(byte[] frame) {
        return frame[1] & ~EXCEPTION_BIT & 0xFF;
    }

    /** Makes sure that no older answer of the unit can come. */
    private void settle(int unitId, Wire wire) throws IOException, InterruptedException {
        var debt = debts.get(unitId);
        if (debt == null || clock.nanoTime() - debt.askedNanos >= MOST_LATE.toNanos()) {
            return;
        }
        boolean byEcho = debt.nextIsEcho != deaf.contains(unitId) || debt.unused.isEmpty();
        debt.nextIsEcho = !debt.nextIsEcho;
        if (byEcho) {
            echo = (echo + 1) & 0xFFFF;
            var request = request(unitId, ECHO, 0, echo);
            wire.send(request, silence);
            awaitEnd(
                    wire, last -> Arrays.equals(last, request) || ends(last, unitId, REFUSED_ECHO));
        } else {
            int function = debt.unused.removeFirst();
            // Its answer may be late as well, and once the time is over would be taken for one.
            debt.askedNanos = clock.nanoTime();
            wire.send(request(unitId, function, 0, 1), silence);
            awaitEnd(
                    wire,
                    last ->
                            ends(last, unitId, function | EXCEPTION_BIT)
                                    || ends(last, unitId, function));
            deaf.add(unitId);
        }
        wire.endFrame();
        debts.remove(unitId);
    }

    /**
     * Drops bytes until the last of them are what is waited for. What is left of a late answer may
     * come before, or only its end: so it does not go by frames.
     */
    private static void awaitEnd(Wire wire, Predicate<byte[]> end)
            throws IOException, InterruptedException {
        var last = new byte[ECHO_BYTES];
        do {
            System.arraycopy(last, 1, last, 0, ECHO_BYTES - 1);
            wire.fill(last, ECHO_BYTES - 1, 1);
        } while (!end.test(last));
    }

    /** Whether bytes end with a unit's answer with one value, or its refusal. */
    private static boolean ends(byte[] last, int unitId, int function) {
        boolean bits = function <= DISCRETE_FUNCTION;
        boolean refusal = (function & EXCEPTION_BIT) != 0;
        int bytes = LEAST_FRAME_BYTES + (refusal ? 0 : bits ? 1 : 2);
        var frame = Arrays.copyOfRange(last, last.length - bytes, last.length);
        return (frame[0] & 0xFF) == unitId
                && (frame[1] & 0xFF) == function
                && (refusal || frame[2] == bytes - LEAST_FRAME_BYTES)
                && crcOf(frame, bytes) == crc(frame, bytes - CRC_BYTES);
    }

    /** Reads one frame, whose length its first bytes tell; gives its length. */
    private static int next(byte[] frame, Wire wire) throws IOException, InterruptedException {
        wire.endFrame();
        wire.fill(frame, 0, LEAST_FRAME_BYTES);
        int bytes = frameBytes(frame);
        wire.fill(frame, LEAST_FRAME_BYTES, bytes - LEAST_FRAME_BYTES);
        checkCrc(frame, bytes);
        wire.endFrame();
        return bytes;
    }

    /**
     * How long a frame is that begins with these five bytes. Answers to writes are known whatever
     * was asked for: that of another unit may come late.
     */
    static int frameBytes(byte[] frame) throws Line.WrongAnswerException {
        int function = function(frame);
        boolean read = function >= 1 && function <= MOST_READ_FUNCTION;
        int write = WriteRequest.answerBytes(function);
        if (!read && function != ECHO && write == 0) {
            throw new Line.WrongAnswerException(
                    "the answer's function is %d, which was never asked for"
                            .formatted(frame[1] & 0xFF));
        }
        if ((frame[1] & EXCEPTION_BIT) != 0) {
            return LEAST_FRAME_BYTES;
        }
        if (function == ECHO) {
            return ECHO_BYTES;
        }
        if (!read) {
            return 1 + write + CRC_BYTES;
        }
        int count = frame[2] & 0xFF;
        int most = MOST_FRAME_BYTES - LEAST_FRAME_BYTES;
        Framing.check("count of bytes", count, 1, most);
        return LEAST_FRAME_BYTES + count;
    }

    /** Holds a frame against the checksum in its last two bytes. */
    static void checkCrc(byte[] frame, int bytes) throws Line.WrongAnswerException {
        int found = crcOf(frame, bytes);
        int right = crc(frame, bytes - CRC_BYTES);
        if (found != right) {
            throw new Line.WrongAnswerException(
                    "the answer's checksum is %04x, not %04x; look for a wrong baud rate or parity, missing termination or noise"
                            .formatted(found, right));
        }
    }

    /** The checksum that a frame has, right or wrong. */
    private static int crcOf(byte[] frame, int bytes) {
        return (frame[bytes - 2] & 0xFF) | ((frame[bytes - 1] & 0xFF) << Byte.SIZE);
    }

    /** The values in a frame whose checksum is right. */
    static byte[] values(Line.Ask ask, byte[] frame, int bytes)
            throws RefusalException, Line.WrongAnswerException {
        Framing.check("unit", frame[0] & 0xFF, ask.unitId());
        return Framing.values(ask, frame, 1, bytes - 1 - CRC_BYTES);
    }

    /** The frame of a request. */
    static byte[] encode(Line.Ask ask) {
        return switch (ask) {
            case Line.Read(int unit, Area area, int start, int count) ->
                    request(unit, area.function(), start, count);
            case WriteRequest write -> sealed(write.unitId(), write.request());
        };
    }

    private static int function(Line.Ask ask) {
        return switch (ask) {
            case Line.Read read -> read.area().function();
            case WriteRequest write -> write.function();
        };
    }

    private static byte[] request(int unitId, int function, int first, int second) {
        var message = new byte[ECHO_BYTES - CRC_BYTES - 1];
        var out = ByteBuffer.wrap(message).put((byte) function).putShort((short) first);
        out.putShort((short) second);
        return sealed(unitId, message);
    }

    /** A message in its frame. */
    private static byte[] sealed(int unitId, byte[] message) {
        var frame = new byte[1 + message.length + CRC_BYTES];
        frame[0] = (byte) unitId;
        System.arraycopy(message, 0, frame, 1, message.length);
        int end = frame.length - CRC_BYTES;
        int crc = crc(frame, end);
        frame[end] = (byte) crc;
        frame[end + 1] = (byte) (crc >> Byte.SIZE);
        return frame;
    }

    /** The checksum of a serial frame (Serial Line 1.02, 6.2.2); sent low byte first. */
    static int crc(byte[] bytes, int count) {
        int crc = 0xFFFF;
        for (int i = 0; i < count; i++) {
            crc ^= bytes[i] & 0xFF;
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ CRC_POLYNOMIAL;
            }
        }
        return crc;
    }
}
