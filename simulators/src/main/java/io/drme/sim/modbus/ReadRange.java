package io.drme.sim.modbus;

import java.util.Optional;

/** What a read asks for: functions 1 to 4. Counts are as the specification allows. */
record ReadRange(int function, int from, int count) {
    private static final int MOST_REGISTERS = 125;
    private static final int MOST_BITS = 2000;
    private static final int ADDRESSES = 65_536;

    /** Reads a request from its function on; nothing where it is no sound read. */
    static Optional<ReadRange> of(byte[] pdu) {
        if (pdu.length != 5 || pdu[0] < 1 || pdu[0] > 4) {
            return Optional.empty();
        }
        int from = (pdu[1] & 0xFF) << 8 | (pdu[2] & 0xFF);
        int count = (pdu[3] & 0xFF) << 8 | (pdu[4] & 0xFF);
        int most = pdu[0] < 3 ? MOST_BITS : MOST_REGISTERS;
        return count >= 1 && count <= most && from + count <= ADDRESSES
                ? Optional.of(new ReadRange(pdu[0], from, count))
                : Optional.empty();
    }

    boolean isBits() {
        return function < 3;
    }

    boolean has(int address) {
        return address >= from && address < from + count;
    }

    boolean overlaps(ReadRange other) {
        return function == other.function
                && from < other.from + other.count
                && other.from < from + count;
    }

    private int dataBytes() {
        return isBits() ? (count + 7) / 8 : 2 * count;
    }

    /** Whether an answer holds all that was asked for; a short one does not. */
    boolean fits(byte[] answer) {
        return answer.length == 2 + dataBytes() && (answer[1] & 0xFF) == dataBytes();
    }

    /** The register or bit of an address in an answer that fits. */
    int value(byte[] answer, int address) {
        int i = address - from;
        return isBits()
                ? answer[2 + i / 8] >>> (i % 8) & 1
                : (answer[2 + 2 * i] & 0xFF) << 8 | (answer[3 + 2 * i] & 0xFF);
    }

    /** The answer of these values, an address each. */
    byte[] answer(int[] values) {
        var answer = new byte[2 + dataBytes()];
        answer[0] = (byte) function;
        answer[1] = (byte) dataBytes();
        for (int i = 0; i < count; i++) {
            if (isBits()) {
                answer[2 + i / 8] |= (byte) (values[i] << (i % 8));
            } else {
                answer[2 + 2 * i] = (byte) (values[i] >> 8);
                answer[3 + 2 * i] = (byte) values[i];
            }
        }
        return answer;
    }
}
