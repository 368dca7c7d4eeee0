package io.drme.edge;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Looks at the lines of a simulated chip, past the gateway. */
final class SimulatedChip {
    private SimulatedChip() {}

    /** The electrical level of a line. */
    static int level(InetSocketAddress chip, int line) throws IOException {
        try (var socket = new Socket(chip.getAddress(), chip.getPort());
                var in =
                        new BufferedReader(
                                new InputStreamReader(
                                        socket.getInputStream(), StandardCharsets.US_ASCII))) {
            in.readLine();
            socket.getOutputStream()
                    .write("get %d\n".formatted(line).getBytes(StandardCharsets.US_ASCII));
            return Integer.parseInt(in.readLine().substring("level N ".length()));
        }
    }
}
