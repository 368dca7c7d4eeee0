package io.drme.edge;

import io.drme.config.InvalidConfigException;
import io.drme.sim.Plant;
import io.drme.time.SystemClock;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;

/** Two simulated Modbus devices on free ports, whose registers a test can write. */
final class PlayedLine implements AutoCloseable {
    /** The register of the tag {@code level}, in units of 1; 50 at first. */
    static final int LEVEL = 10;

    private static final int TIME_LIMIT_MILLIS = 20_000;
    private static final int ANSWER_BYTES = 12;
    private static final String SCENARIO =
            """
            seed: 1
            devices:
              press:
                protocol: modbus
                listen: "127.0.0.1:0"
                units:
                  1:
                    points:
                      level: {address: "holding:10", value: 50}
                      count: {address: "holding:100", type: uint64, value: {counter: {start: 1, step: 1, every: 10ms}}}
              other:
                protocol: modbus
                listen: "127.0.0.1:0"
                units:
                  1:
                    points:
                      level: {address: "holding:10", value: 7}
            """;

    private final Plant plant;

    private PlayedLine(Plant plant) {
        this.plant = plant;
    }

    static PlayedLine start() throws InvalidConfigException, IOException {
        var plant = Plant.parse("line", SCENARIO, Plant.Overrides.NONE, new SystemClock());
        plant.start();
        return new PlayedLine(plant);
    }

    String url(String device) {
        return "tcp://127.0.0.1:" + plant.address(device).getPort();
    }

    /** Writes a holding register of unit 1, as any Modbus client would: function 6. */
    void write(String device, int register, int value) throws IOException {
        var request =
                ByteBuffer.allocate(ANSWER_BYTES)
                        .putShort((short) 1)
                        .putShort((short) 0)
                        .putShort((short) 6)
                        .put((byte) 1)
                        .put((byte) 6)
                        .putShort((short) register)
                        .putShort((short) value);
        var address = plant.address(device);
        try (var socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(TIME_LIMIT_MILLIS);
            socket.getOutputStream().write(request.array());
            var answer = socket.getInputStream().readNBytes(ANSWER_BYTES);
            if (answer.length != ANSWER_BYTES || answer[7] != 6) {
                throw new IOException("the simulator did not take it");
            }
        }
    }

    @Override
    public void close() {
        plant.close();
    }
}
