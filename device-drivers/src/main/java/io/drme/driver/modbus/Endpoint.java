package io.drme.driver.modbus;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a connection leads. What is equal is one connection: devices whose URLs say the same, in
 * whatever words, share it.
 */
sealed interface Endpoint {
    /** What a person is told who wrote something else. */
    String EXPECTED =
            "tcp://host:502, rtu-tcp://host:port or rtu:///dev/ttyUSB0?baud=19200&parity=even&stop-bits=1";

    /** The registered port of Modbus TCP. */
    int DEFAULT_PORT = 502;

    /** The URL in its full form. */
    String url();

    /** Modbus TCP: a header with a transaction id before each message. */
    record Tcp(String host, int port) implements Endpoint {
        @Override
        public String url() {
            return "tcp://" + hostAndPort(host, port);
        }
    }

    /** The frames of a serial line, carried over TCP by a device server. */
    record RtuTcp(String host, int port) implements Endpoint {
        @Override
        public String url() {
            return "rtu-tcp://" + hostAndPort(host, port);
        }
    }

    /**
     * A serial line.
     *
     * @param path of the port, such as {@code /dev/ttyUSB0}
     * @param baud bits a second, 300 to 4,000,000
     * @param stopBits 1 or 2
     */
    record Serial(String path, int baud, Parity parity, int stopBits) implements Endpoint {
        /** What the specification wants every device to be set to (Serial Line 1.02, 2.5.1). */
        static final int DEFAULT_BAUD = 19_200;

        static final int LEAST_BAUD = 300;
        static final int MOST_BAUD = 4_000_000;

        /**
         * From here on the pauses are fixed, as timers are not finer (Serial Line 1.02, 2.5.1.1).
         */
        private static final int FAST_BAUD = 19_200;

        private static final Duration FAST_SILENCE = Duration.ofNanos(1_750_000);
        private static final long NANOS_PER_SECOND = 1_000_000_000;

        @Override
        public String url() {
            return "rtu://%s?baud=%d&parity=%s&stop-bits=%d"
                    .formatted(path, baud, parity.text(), stopBits);
        }

        /** How long so many bytes are on the line: start, eight data, parity and stop bits each. */
        Duration time(int bytes) {
            long bits = (1 + 8 + (parity == Parity.NONE ? 0 : 1) + stopBits) * (long) bytes;
            return Duration.ofNanos(bits * NANOS_PER_SECOND / baud);
        }

        /** The silence that parts two frames: 3.5 characters. */
        Duration silence() {
            return baud > FAST_BAUD ? FAST_SILENCE : time(7).dividedBy(2);
        }
    }

    /** The parity bit of a serial line. */
    enum Parity {
        EVEN,
        ODD,
        NONE;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Optional<Parity> of(String text) {
            for (var parity : values()) {
                if (parity.text().equals(text)) {
                    return Optional.of(parity);
                }
            }
            return Optional.empty();
        }
    }

    private static String hostAndPort(String host, int port) {
        return "%s:%d".formatted(host.contains(":") ? "[" + host + "]" : host, port);
    }

    /** An endpoint, or what is wrong with its URL. */
    record Parsed(Optional<Endpoint> endpoint, String problem) {}

    /** Reads a URL. */
    static Parsed parse(String url) {
        return new Parser(url.strip()).parse();
    }

    /** Reads one URL. */
    final class Parser {
        private static final Pattern NETWORK =
                Pattern.compile(
                        "(tcp|rtu-tcp)://(\\[[0-9a-fA-F:.%]+]|[^:/?#\\s\\[\\]]+)(?::([0-9]{1,5}))?/?");
        private static final Pattern SERIAL =
                Pattern.compile("rtu://(/[^?#\\s]+)(?:\\?([^#\\s]*))?");
        private static final int MOST_PORT = 65_535;

        private final String url;
        private String problem = "";

        private Parser(String url) {
            this.url = url;
        }

        private Parsed parse() {
            Optional<Endpoint> endpoint = Optional.empty();
            var network = NETWORK.matcher(url);
            var serial = SERIAL.matcher(url);
            if (network.matches()) {
                endpoint = Optional.of(network(network));
            } else if (serial.matches()) {
                endpoint = Optional.of(serial(serial));
            } else {
                problem = "is not a Modbus URL; expected " + EXPECTED;
            }
            return problem.isEmpty()
                    ? new Parsed(endpoint, "")
                    : new Parsed(Optional.empty(), "'%s' %s".formatted(url, problem));
        }

        private Endpoint network(Matcher match) {
            var host = match.group(2).replaceAll("[\\[\\]]", "").toLowerCase(Locale.ROOT);
            boolean rtu = match.group(1).equals("rtu-tcp");
            if (match.group(3) == null && rtu) {
                problem = "names no port; a device server has its own: rtu-tcp://host:port";
            }
            int port = match.group(3) == null ? DEFAULT_PORT : Integer.parseInt(match.group(3));
            if (port < 1 || port > MOST_PORT) {
                problem =
                        "is not a Modbus URL; expected %s, port 1 to 65535"
                                .formatted(rtu ? "rtu-tcp://host:port" : "tcp://host:502");
            }
            // One loopback connection, whichever of its two names was written.
            var canonical = host.equals("localhost") ? "127.0.0.1" : host;
            return rtu ? new RtuTcp(canonical, port) : new Tcp(canonical, port);
        }

        private Endpoint serial(Matcher match) {
            int baud = Serial.DEFAULT_BAUD;
            var parity = Parity.EVEN;
            int stopBits = 1;
            var query = match.group(2) == null ? "" : match.group(2);
            for (var part : query.split("&", -1)) {
                int equals = part.indexOf('=');
                var key = equals < 0 ? part : part.substring(0, equals);
                var value = equals < 0 ? "" : part.substring(equals + 1);
                switch (key) {
                    case "" -> {}
                    case "baud" -> baud = number(key, value, Serial.LEAST_BAUD, Serial.MOST_BAUD);
                    case "stop-bits" -> stopBits = number(key, value, 1, 2);
                    case "parity" -> {
                        parity = Parity.of(value).orElse(Parity.EVEN);
                        if (Parity.of(value).isEmpty()) {
                            problem = "has parity=%s; expected even, odd or none".formatted(value);
                        }
                    }
                    default ->
                            problem =
                                    "has '%s'; a serial line takes baud, parity and stop-bits"
                                            .formatted(key);
                }
            }
            return new Serial(match.group(1), baud, parity, stopBits);
        }

        private int number(String key, String value, int least, int most) {
            try {
                int number = Integer.parseInt(value);
                if (number >= least && number <= most) {
                    return number;
                }
            } catch (NumberFormatException _) {
                // Told below with the numbers out of range.
            }
            problem = "has %s=%s; expected %d to %d".formatted(key, value, least, most);
            return least;
        }
    }
}
