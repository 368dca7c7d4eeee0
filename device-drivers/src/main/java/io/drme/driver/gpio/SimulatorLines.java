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
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Lines of the GPIO simulator, by the protocol of docs/sim-protocol.md. */
final class SimulatorLines implements LineBackend {
    /** The longest line of the protocol, in bytes, without its end. */
    static final int MAX_LINE_BYTES = 200;

    /** The simulator says {@code alive} each second; it is lost when silent for so long. */
    static final Duration MOST_SILENCE = Duration.ofSeconds(3);

    /** How long a close waits for outputs to be safe. */
    static final Duration SAFE_WITHIN = Duration.ofMillis(500);

    /** Answers to writes that wait: one for each line at the most. */
    private static final int MOST_ANSWERS = 1_024;

    private static final String HELLO = "hello drme-gpio/2 ";

    /** An answer to a write. */
    private record Written(int id, boolean active) {}

    private final String device;
    private final GpioSettings.Simulator address;
    private final Duration timeout;
    private final Clock clock;
    private final Socket socket = new Socket();
    private final Map<Integer, Integer> indexes = new HashMap<>();
    private final List<GpioAddress> asked = new ArrayList<>();

    /** Held by who sends after the start, until the answer is there. */
    private final ReentrantLock writing = new ReentrantLock();

    private final ArrayBlockingQueue<Written> written = new ArrayBlockingQueue<>(MOST_ANSWERS);
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean reading;
    private int lastId;
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

    private DriverException.Unreachable unreachable(String what, @Nullable Throwable cause) {
        return new DriverException.Unreachable(
                "device %s: the simulator at sim://%s:%d: %s"
                        .formatted(device, address.host(), address.port(), what),
                cause);
    }

    private List<Present> watch(List<GpioAddress> lines, long deadline) throws IOException {
        var requests = new StringBuilder();
        asked.addAll(lines);
        for (int i = 0; i < lines.size(); i++) {
            var line = lines.get(i);
            indexes.put(line.line(), i);
            requests.append(request(line));
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
                case "taken" -> {
                    expect(words.length == 2, line);
                    found.set(
                            index(words[1], line),
                            new Present.Missing(Reason.REFUSED, "is used by another program"));
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

    private static String request(GpioAddress line) {
        return switch (line.use()) {
            case GpioAddress.Use.Watch(var edge, var debounce) -> input(line, edge, debounce);
            case GpioAddress.Use.Count(var edge, var debounce) -> input(line, edge, debounce);
            case GpioAddress.Use.Output(boolean safe, _) ->
                    "output %d %d %s %s\n"
                            .formatted(
                                    line.line(),
                                    safe ? 1 : 0,
                                    line.activeLow() ? "low" : "high",
                                    word(line.bias()));
        };
    }

    private static String input(GpioAddress line, GpioAddress.Edge edge, Duration debounce) {
        return "watch %d %s %d %s %s\n"
                .formatted(
                        line.line(),
                        word(edge),
                        debounce.toNanos() / 1_000,
                        line.activeLow() ? "low" : "high",
                        word(line.bias()));
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
        reading = true;
        Thread.ofVirtual()
                .name("gpio-sim-" + device)
                .start(() -> {
                    read(listener);
                    reading = false;
                });
    }

    @Override
    public boolean set(int index, boolean active) throws DriverException, InterruptedException {
        writing.lockInterruptibly();
        try {
            if (!reading) {
                throw unreachable("is not connected", null);
            }
            int id = sendWrite(index, active);
            long deadline = clock.nanoTime() + timeout.toNanos();
            while (true) {
                long left = deadline - clock.nanoTime();
                var answer = written.poll(Math.max(0, left), TimeUnit.NANOSECONDS);
                if (answer == null) {
                    throw unreachable(
                            "did not say within %s that it was set"
                                    .formatted(Quantities.text(timeout)),
                            new SocketTimeoutException());
                }
                if (answer.id() == id) {
                    return answer.active();
                }
            }
        } catch (IOException e) {
            throw unreachable(String.valueOf(e.getMessage()), e);
        } finally {
            writing.unlock();
        }
    }

    private int sendWrite(int index, boolean active) throws IOException {
        int id = ++lastId;
        send(
                socket.getOutputStream(),
                "write %d %d %d\n".formatted(id, asked.get(index).line(), active ? 1 : 0));
        return id;
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
                    case "written" -> {
                        expect(words.length == 5, line);
                        index(words[2], line);
                        number(words[4], line);
                        boolean active = active(words[3], line);
                        // One that nobody waits for is no loss.
                        boolean _ =
                                written.offer(new Written((int) number(words[1], line), active));
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
        if (closed.getAndSet(true)) {
            return;
        }
        if (reading && asked.stream().anyMatch(l -> l.atStop().isPresent())) {
            // On a thread that nobody interrupts: an interrupt would close the socket first.
            var safe = Thread.ofVirtual().name("gpio-safe-" + device).start(this::makeSafe);
            boolean _ = Undisturbed.join(safe, SAFE_WITHIN.multipliedBy(2));
        }
        try {
            socket.close();
        } catch (IOException _) {
            // It is gone either way.
        }
    }

    private void makeSafe() {
        long deadline = clock.nanoTime() + SAFE_WITHIN.toNanos();
        try {
            if (!writing.tryLock(SAFE_WITHIN.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
            try {
                int last = 0;
                for (int i = 0; i < asked.size(); i++) {
                    var safe = asked.get(i).atStop();
                    if (safe.isPresent()) {
                        last = sendWrite(i, safe.get());
                    }
                }
                Written answer = null;
                while (last > 0 && (answer == null || answer.id() != last)) {
                    long left = deadline - clock.nanoTime();
                    answer = left <= 0 ? null : written.poll(left, TimeUnit.NANOSECONDS);
                    if (answer == null) {
                        return;
                    }
                }
            } finally {
                writing.unlock();
            }
        } catch (IOException _) {
            // The simulator is gone: there is no line to bring anywhere.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
