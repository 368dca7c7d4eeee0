package io.drme.sim.modbus;

import java.util.Arrays;

/**
 * Gathers bytes of one direction as they come, and finds where messages end, without waiting and
 * without changing anything. Confined to its owner.
 */
final class FrameCutter {
    /** More than any message of either kind has. */
    private static final int MOST_BYTES = 300;

    private static final int MBAP_BYTES = 7;
    private static final int MOST_MBAP_LENGTH = 254;
    private static final int CRC_BYTES = 2;
    private static final int EXCEPTION_BIT = 0x80;

    private final Frames frames;
    private final boolean ofDevice;
    private final byte[] bytes = new byte[MOST_BYTES];
    private int size;

    /**
     * One message.
     *
     * @param transaction 0 where the frames have none
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Message(int transaction, int unit, byte[] pdu) {}

    /** Cuts what comes from the device, where {@code ofDevice}, or else from the gateway. */
    FrameCutter(Frames frames, boolean ofDevice) {
        this.frames = frames;
        this.ofDevice = ofDevice;
    }

    boolean isEmpty() {
        return size == 0;
    }

    void clear() {
        size = 0;
    }

    /** How many of these bytes belong to the message that is being gathered; the rest do not. */
    int wanted(byte[] from, int at, int count) {
        for (int i = 0; i < count; i++) {
            if (size == MOST_BYTES) {
                return i;
            }
            bytes[size++] = from[at + i];
            if (length() == size) {
                return i + 1;
            }
        }
        return count;
    }

    /** Whether what was gathered is no message and will be none whatever comes. */
    boolean isJunk() {
        return size == MOST_BYTES || length() == 0;
    }

    /** Whether as many bytes are there as the message says that it has, sound or not. */
    boolean hasLength() {
        return size > 0 && length() == size;
    }

    /** Whether a whole message is there. */
    boolean isWhole() {
        return hasLength() && (frames == Frames.TCP || isSound());
    }

    /** The message that is there, which is then gathered no more. */
    Message take() {
        var message =
                frames == Frames.TCP
                        ? new Message(
                                word(0),
                                bytes[MBAP_BYTES - 1] & 0xFF,
                                Arrays.copyOfRange(bytes, MBAP_BYTES, size))
                        : new Message(
                                0, bytes[0] & 0xFF, Arrays.copyOfRange(bytes, 1, size - CRC_BYTES));
        size = 0;
        return message;
    }

    /** The length of the message as far as it can be told; -1: not yet; 0: it is none. */
    private int length() {
        return frames == Frames.TCP ? mbapLength() : rtuLength();
    }

    private int mbapLength() {
        if (size >= 4 && word(2) != 0) {
            return 0;
        }
        if (size < 6) {
            return -1;
        }
        int length = word(4);
        return length < 2 || length > MOST_MBAP_LENGTH ? 0 : 6 + length;
    }

    private int rtuLength() {
        if (size < 2) {
            return -1;
        }
        int function = bytes[1] & 0xFF;
        if (ofDevice && (function & EXCEPTION_BIT) != 0) {
            return 5;
        }
        return switch (function) {
            case 1, 2, 3, 4 -> ofDevice ? counted(2) : 8;
            case 5, 6, 8 -> 8;
            case 15, 16 -> ofDevice ? 8 : counted(6);
            default -> unknownLength();
        };
    }

    private int counted(int at) {
        return size <= at ? -1 : at + 1 + (bytes[at] & 0xFF) + CRC_BYTES;
    }

    /** Of a function whose form is not known, a message ends where its checksum fits. */
    private int unknownLength() {
        return size > CRC_BYTES + 1 && isSound() ? size : -1;
    }

    private boolean isSound() {
        int end = size - CRC_BYTES;
        return Frames.crc(bytes, end) == ((bytes[end] & 0xFF) | (bytes[end + 1] & 0xFF) << 8);
    }

    private int word(int at) {
        return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
    }
}
