package io.drme.sim.modbus;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A serial port as a scenario writes it.
 *
 * @param baud 1,200 to 4,000,000, or whatever the port can
 * @param parity even, odd or none
 * @param stopBits 1 or 2
 */
record SerialPath(Path path, int baud, String parity, int stopBits) {
    static final String EXPECTED =
            "a serial port such as rtu:///dev/ttyUSB0?baud=19200&parity=even&stop-bits=1";

    private static final Map<String, List<String>> PARITIES =
            Map.of(
                    "even", List.of("parenb", "-parodd"),
                    "odd", List.of("parenb", "parodd"),
                    "none", List.of("-parenb"));

    /** Reads {@code rtu:///path?baud=…}; nothing where it is none. */
    static Optional<SerialPath> parse(String url) {
        try {
            var uri = URI.create(url.strip());
            int baud = 19_200;
            var parity = "even";
            int stopBits = 1;
            for (var part : Optional.ofNullable(uri.getQuery()).orElse("").split("&", -1)) {
                var pair = part.split("=", 2);
                switch (pair[0]) {
                    case "" -> {}
                    case "baud" -> baud = Integer.parseInt(pair[1]);
                    case "parity" -> parity = pair[1];
                    case "stop-bits" -> stopBits = Integer.parseInt(pair[1]);
                    default -> {
                        return Optional.empty();
                    }
                }
            }
            boolean ok =
                    uri.getPath() != null
                            && uri.getPath().startsWith("/")
                            && baud > 0
                            && PARITIES.containsKey(parity)
                            && (stopBits == 1 || stopBits == 2);
            return ok
                    ? Optional.of(new SerialPath(Path.of(uri.getPath()), baud, parity, stopBits))
                    : Optional.empty();
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException _) {
            return Optional.empty();
        }
    }

    /** The same in full. */
    String url() {
        return "rtu://%s?baud=%d&parity=%s&stop-bits=%d".formatted(path, baud, parity, stopBits);
    }

    /** What stty makes of it. */
    List<String> settings() {
        var parts = new ArrayList<String>();
        parts.addAll(List.of(String.valueOf(baud), "cs8", stopBits == 2 ? "cstopb" : "-cstopb"));
        parts.addAll(PARITIES.getOrDefault(parity, List.of()));
        return parts;
    }
}
