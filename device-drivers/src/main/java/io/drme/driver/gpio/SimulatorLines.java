package io.drme.driver.gpio;

import io.drme.config.Quantities;
import io.drme.driver.DriverException;
import io.drme.model.Reason;
import io.drme.time.Clock;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Lines of the GPIO simulator, by the protocol of docs/sim-protocol.md. */
final class SimulatorLines implements LineBackend {
    /** The longest line of the protocol, in bytes, without its end. */
    static final int MAX_LINE_BYTES = 200;

    /** The simulator says {@code alive} each second; it is lost when silent for so long. */
    static final Duration MOST_SILENCE = Duration.ofSeconds(3);

    private static final String HELLO = "hello drme-gpio/2 ";

    private final String device;
    private final GpioSettings.Simulator address;
    private final Duration timeout;
    private final Clock clock;
    private final Socket socket = new Socket();
    private final Map<Integer, Integer> indexes = new HashMap<>();
    private @Nullable InputStream in;

    SimulatorLines(String device, GpioSettings.Simulator address, Duration timeout, Clock clock) {
        this.device = device;
        this.address = address;
        this.timeout = timeout;
        this.clock = clock;
    }

    @Override
    public List<Present> open(List<GpioAddress> lines) throws DriverException {
        long deadline = clock.nanoTime() + timeout.toNanos();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(
                    new InetSocketAddress(address.host(), address.port()),
                    Math.toIntExact(Math.max(1, timeout.toMillis())));
            in = new BufferedInputStream(socket.getInputStream());
            var hello = readLine(deadline);
            if (!hello.startsWith(HELLO)) {
                throw new IOException(
                        "said '%s'; expected '%s' and its number of lines".formatted(hello, HELLO));
            }
            return watch(lines, deadline);
        } catch (SocketTimeoutException e) {
            close();
            throw unreachable("did not answer within " + Quantities.text(timeout), e);
        } catch (IOException e) {
            close();
            throw unreachable(String.valueOf(e.getMessage()), e);
        }
    }

    private DriverException.Unreachable unreachable(String what, Throwable cause) {
        return new DriverException.Unreachable(
                "device %s: the simulator at sim://%s:%d: %s"
                        .formatted(device, address.host(), address.port(), what),
                cause);
    }

    private List<Present> watch(List<GpioAddress> lines, long deadline) throws IOException {
        var requests = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            var line = lines.get(i);
            indexes.put(line.line(), i);
            requests.append(
                    "watch %d %s %d %s %s\n"
                            .formatted(
                                    line.line(),
                                    word(line.edge()),
                                    line.debounce().toNanos() / 1_000,
                                    line.activeLow() ? "low" : "high",
                                    word(line.bias())));
        }
        requests.append("start\n");
        send(socket.getOutputStream(), requests.toString());
        var missing = new Present.Missing(Reason.MALFORMED, "the simulator said nothing of it");
        var found = new ArrayList<Present>(Collections.nCopies(lines.size(), missing));
        for (var line = readLine(deadline); !line.equals("started"); line = readLine(deadline)) {
            var words = line.split(" ", -1);
            switch (words[0]) {
                case "line" -> {
                    expect(words.length == 4, line);
                    found.set(
                            index(words[1], line),
                            new Present.Level(active(words[2], line), number(words[3], line)));
                }
                case "missing" -> {
                    expect(words.length == 2, line);
                    found.set(
                            index(words[1], line),
                            new Present.Missing(
                                    Reason.UNKNOWN_ADDRESS, "the simulator has no such line"));
                }
                default -> expect(false, line);
            }
        }
        return found;
    }

    private static void send(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public void start(Listener listener) {
        Thread.ofVirtual().name("gpio-sim-" + device).start(() -> read(listener));
    }

    private void read(Listener listener) {
        try {
            while (true) {
                var line = readLine(clock.nanoTime() + MOST_SILENCE.toNanos());
                var words = line.split(" ", -1);
                switch (words[0]) {
                    case "edge" -> {
                        expect(words.length == 5, line);
                        listener.changed(
                                index(words[1], line),
                                active(words[2], line),
                                number(words[3], line),
                                (int) number(words[4], line));
                    }
                    case "alive" -> listener.heard();
                    default -> expect(false, line);
                }
            }
        } catch (SocketTimeoutException e) {
            var lost = unreachable("said nothing for " + Quantities.text(MOST_SILENCE), e);
            listener.lost(String.valueOf(lost.getMessage()), e);
        } catch (IOException e) {
            var lost = unreachable(String.valueOf(e.getMessage()), e);
            listener.lost(String.valueOf(lost.getMessage()), e);
        }
    }

    /** A line that ends before the deadline, however slowly it drips in. */
    private String readLine(long deadline) throws IOException {
        var from = in;
        if (from == null) {
            throw new IOException("is not connected");
        }
        var line = new StringBuilder();
        while (true) {
            long leftMillis = (deadline - clock.nanoTime()) / 1_000_000;
            if (leftMillis <= 0) {
                throw new SocketTimeoutException("no end of line in time");
            }
            socket.setSoTimeout(Math.toIntExact(leftMillis));
            int next = from.read();
            if (next < 0) {
                throw new IOException("ended the connection");
            }
            if (next == '\n') {
                return line.toString();
            }
            if (next < ' ' || next > '~' || line.length() == MAX_LINE_BYTES) {
                throw new IOException(
                        "said something that is no line of drme-gpio/2 after '%s'".formatted(line));
            }
            line.append((char) next);
        }
    }

    private int index(String word, String line) throws IOException {
        var index = indexes.get((int) number(word, line));
        if (index == null) {
            throw new IOException("said '%s' of a line that nobody watches".formatted(line));
        }
        return index;
    }

    private static boolean active(String word, String line) throws IOException {
        expect(word.equals("0") || word.equals("1"), line);
        return word.equals("1");
    }

    private static long number(String word, String line) throws IOException {
        expect(word.matches("[0-9]{1,18}|[0-8][0-9]{18}"), line);
        return Long.parseLong(word);
    }

    private static void expect(boolean ok, String line) throws IOException {
        if (!ok) {
            throw new IOException(
                    line.startsWith("error ")
                            ? "refused: " + line.substring("error ".length())
                            : "said '%s', which is no message of drme-gpio/2".formatted(line));
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException _) {
            // It is gone either way.
        }
    }
}
