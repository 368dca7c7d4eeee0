package io.drme.driver.modbus;

import io.drme.time.Clock;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The frames of a serial line, on the line itself or carried over TCP.
 *
 * <p>They have no transaction id: an answer that comes late looks like the answer to the next
 * request. So a unit that left a request unanswered, or whose answer came broken, is first asked
 * for an echo of two bytes that were never used before (function 8). A unit answers in the order in
 * which it was asked; once the echo is there, or the refusal of that function, nothing older can
 * come any more. Until then all that comes is dropped. A unit that neither echoes nor refuses is
 * read again after {@link #MOST_LATE}.
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
    private static final int CRC_POLYNOMIAL = 0xA001;

    private final Duration silence;
    private final Clock clock;

    /** Units with an answer that may still come, and when they were asked. */
    private final Map<Integer, Long> askedNanos = new HashMap<>();

    private boolean disturbed;
    private int echo;

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
    public byte[] exchange(Line.Read read, Wire wire)
            throws IOException, RefusalException, InterruptedException {
        if (disturbed || wire.hasUnasked()) {
            disturbed = true;
            wire.awaitQuiet(silence.compareTo(QUIET) > 0 ? silence : QUIET);
            disturbed = false;
        }
        boolean settled = false;
        try {
            settle(read.unitId(), wire);
            long now = clock.nanoTime();
            wire.send(encode(read), silence);
            askedNanos.put(read.unitId(), now);
            var frame = new byte[MOST_FRAME_BYTES];
            int bytes = next(frame, wire);
            while (isForeign(frame, read.unitId())) {
                bytes = next(frame, wire);
            }
            var values = values(read, frame, bytes);
            settled = true;
            return values;
        } catch (RefusalException e) {
            settled = true;
            throw e;
        } finally {
            if (settled) {
                askedNanos.remove(read.unitId());
            } else {
                disturbed = true;
            }
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
        var asked = askedNanos.get(unitId);
        if (asked == null || clock.nanoTime() - asked >= MOST_LATE.toNanos()) {
            return;
        }
        echo = (echo + 1) & 0xFFFF;
        var request =
                sealed(
                        ByteBuffer.allocate(ECHO_BYTES)
                                .put((byte) unitId)
                                .put((byte) ECHO)
                                .putShort((short) 0)
                                .putShort((short) echo));
        wire.send(request, silence);
        // What is left of a late answer may come before, or only its end: so not by frames.
        var last = new byte[ECHO_BYTES];
        do {
            System.arraycopy(last, 1, last, 0, ECHO_BYTES - 1);
            wire.fill(last, ECHO_BYTES - 1, 1);
        } while (!Arrays.equals(last, request) && !isRefusedEcho(last, unitId));
        wire.endFrame();
        askedNanos.remove(unitId);
    }

    private static boolean isRefusedEcho(byte[] last, int unitId) {
        var frame = Arrays.copyOfRange(last, ECHO_BYTES - LEAST_FRAME_BYTES, ECHO_BYTES);
        return (frame[0] & 0xFF) == unitId
                && (frame[1] & 0xFF) == (ECHO | EXCEPTION_BIT)
                && crcOf(frame, frame.length) == crc(frame, frame.length - CRC_BYTES);
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

    /** How long a frame is that begins with these five bytes. */
    static int frameBytes(byte[] frame) throws Line.WrongAnswerException {
        int function = function(frame);
        boolean known = (function >= 1 && function <= MOST_READ_FUNCTION) || function == ECHO;
        if (!known) {
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
        int count = frame[2] & 0xFF;
        int most = MOST_FRAME_BYTES - LEAST_FRAME_BYTES;
        Framing.check("count of bytes", count, Math.clamp(count, 1, most));
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
    static byte[] values(Line.Read read, byte[] frame, int bytes)
            throws RefusalException, Line.WrongAnswerException {
        Framing.check("unit", frame[0] & 0xFF, read.unitId());
        return Framing.values(read, frame, 1, bytes - 1 - CRC_BYTES);
    }

    /** The frame of a read request. */
    static byte[] encode(Line.Read read) {
        return sealed(
                ByteBuffer.allocate(ECHO_BYTES)
                        .put((byte) read.unitId())
                        .put((byte) read.area().function())
                        .putShort((short) read.start())
                        .putShort((short) read.count()));
    }

    private static byte[] sealed(ByteBuffer frame) {
        int at = frame.position();
        frame.order(ByteOrder.LITTLE_ENDIAN).putShort((short) crc(frame.array(), at));
        return frame.array();
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
