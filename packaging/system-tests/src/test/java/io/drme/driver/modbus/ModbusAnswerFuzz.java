package io.drme.driver.modbus;

import io.drme.fuzz.Fuzzing;
import io.drme.model.Batch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What a Modbus device answers, over TCP and on a serial line: header, PDU, and the values of every
 * type in every order.
 */
public final class ModbusAnswerFuzz {
    private static final List<Area> AREAS = List.of(Area.values());
    private static final Fuzzing.Bound BOUND = new Fuzzing.Bound(1 << 20, 500);

    private ModbusAnswerFuzz() {}

    /** Where mutation begins: the answer to each kind of request. */
    public static List<byte[]> seeds() {
        return List.of(
                new byte[] {3, 1, 0, 0, 0, 7, 1, 3, 4, 1, 2, 3, 4},
                new byte[] {2, 1, 0, 0, 0, 3, 1, (byte) 0x83, 2},
                new byte[] {0, 1, 0, 0, 0, 4, 1, 1, 1, 1});
    }

    /** Called by Jazzer; the first two bytes choose what was asked. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 2) {
            return;
        }
        var area = AREAS.get(Math.floorMod(data[0], AREAS.size()));
        int count = 1 + Math.floorMod(data[1], area.isBits() ? 120 : 40);
        var answer = Arrays.copyOf(Arrays.copyOfRange(data, 2, data.length), 261);
        ByteBuffer.wrap(answer).putShort(0, (short) 1).putShort(2, (short) 0).put(6, (byte) 1);
        var read = new Line.Read(1, area, 0, count);
        var serial = Arrays.copyOf(Arrays.copyOfRange(data, 2, data.length), 256);
        serial[0] = 1;
        Fuzzing.parse(
                data.length,
                BOUND,
                Exception.class,
                () -> {
                    try {
                        decode(area, count, Rtu.values(read, serial, Rtu.frameBytes(serial)));
                    } catch (IOException | RefusalException _) {
                        // How a wrong answer is refused.
                    }
                    try {
                        var values = Mbap.values(read, answer, Mbap.pduBytes(read, answer, 1));
                        decode(area, count, values);
                    } catch (IOException | RefusalException _) {
                        // How a wrong answer is refused.
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                });
    }

    private static void decode(Area area, int count, byte[] values) {
        var batch = new Batch();
        batch.begin(0, 0);
        var sink = new Decoder.Sink(batch, 0);
        for (var type : DataType.values()) {
            boolean bit = area.isBits() || type == DataType.BOOL;
            for (var order : Order.values()) {
                int length =
                        switch (type) {
                            case TEXT -> 2 * count - 1;
                            case BCD -> Math.min(2 * count, Long.BYTES);
                            default -> type.bytes();
                        };
                if (!area.isBits() && length > 2 * count) {
                    continue;
                }
                var address =
                        new ModbusAddress(
                                area,
                                0,
                                bit && !area.isBits() ? 3 : -1,
                                bit ? DataType.BOOL : type,
                                order,
                                length,
                                ModbusAddress.ALL_BITS,
                                List.of(7L),
                                true,
                                Map.of(1L, "one"),
                                false);
                Decoder.decode(address, values, 0, sink.of(0));
            }
        }
    }
}
