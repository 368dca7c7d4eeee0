package io.drme.sim.gpio;

import io.drme.sim.DeviceContext;
import io.drme.sim.fault.FaultKind;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** One client of the control port: a thread that reads what it wants, and one that tells it. */
final class Session {
    /** The longest line in either direction, in bytes, without its end. */
    static final int MAX_LINE_BYTES = 200;

    /** The most lines that one client may watch. */
    static final int MAX_WATCHES = 1_024;

    /** The most messages that wait for a slow client; one more, and it is dropped. */
    static final int MAX_WAITING = 4_096;

    /** A client that was started hears at least so often. */
    static final long ALIVE_MILLIS = 1_000;

    /** How long a client may say nothing before it starts. */
    static final int IDLE_MILLIS = 60_000;

    /** A line that no chip has. */
    private static final int NO_LINE = 9_999;

    private static final int GARBAGE_BYTES = 20;

    private static final Pattern WRITE = Pattern.compile("write ([0-9]{1,9}) ([0-9]{1,4}) ([01])");

    private static final Pattern BY_HAND =
            Pattern.compile("(set|release|get) ([0-9]{1,4})(?: ([01]))?");

    private final DeviceContext context;
    private final LineBank bank;
    private final Socket socket;
    private final SplittableRandom random = new SplittableRandom(1);
    private final BlockingQueue<String> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private final List<Record> requests = new ArrayList<>();
    private final List<Watch> watches = new ArrayList<>();
    private final Map<Integer, String> undelivered = new LinkedHashMap<>();
    private volatile boolean started;
    private long handedOverNanos;

    Session(DeviceContext context, LineBank bank, Socket socket) {
        this.context = context;
        this.bank = bank;
        this.socket = socket;
    }

    /** Guarded by the bank. */
    List<Watch> watches() {
        return watches;
    }

    /** Guarded by the bank. */
    void add(Watch watch) {
        watches.add(watch);
    }

    /** Takes an edge; of those of a line that are not handed over yet the newest is left. */
    void edge(int line, String message) {
        undelivered.put(line, message);
    }

    /** Hands edges over, at most once in so long. Guarded by the bank, as {@link #edge} is. */
    void handOver(Duration every, long nowNanos) {
        if (!undelivered.isEmpty() && nowNanos - handedOverNanos >= every.toNanos()) {
            handedOverNanos = nowNanos;
            undelivered.values().forEach(this::tell);
            undelivered.clear();
        }
    }

    /** Queues a message; a client that does not keep up is dropped. Never blocks. */
    void tell(String message) {
        if (!waiting.offer(message)) {
            close();
        }
    }

    /** Serves the client until it goes. */
    void run() {
        tell("hello drme-gpio/2 " + bank.count());
        var writer = Thread.ofVirtual().name("gpio-writer").start(this::write);
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(IDLE_MILLIS);
            var in = new BufferedInputStream(socket.getInputStream());
            boolean open = true;
            while (open) {
                var line = readLine(in);
                open = context.faults().ofDevice().kind() == FaultKind.SILENT || handle(line);
            }
            writer.join(ALIVE_MILLIS * 2);
        } catch (IOException _) {
            // The client is gone; that is how most sessions end.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            bank.end(this);
            close();
            writer.interrupt();
        }
    }

    private static String readLine(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0 || line.length() == MAX_LINE_BYTES) {
                throw new IOException("ended, or too long");
            }
            line.append((char) next);
        }
        return line.toString();
    }

    /** Whether to go on. */
    private boolean handle(String line) throws IOException {
        if (line.equals("start") && !started) {
            socket.setSoTimeout(0);
            bank.begin(this, requests);
            started = true;
            return true;
        }
        if (!started && requests.size() < MAX_WATCHES && request(line)) {
            return true;
        }
        if (started ? write(line) : byHand(line)) {
            return true;
        }
        tell("error '%s' is not understood here".formatted(line.replaceAll("[^ -~]", "?")));
        return false;
    }

    private boolean request(String line) {
        var watch = WatchRequest.parse(line);
        watch.ifPresent(requests::add);
        var output = OutputRequest.parse(line);
        output.ifPresent(requests::add);
        return watch.isPresent() || output.isPresent();
    }

    private boolean write(String line) {
        var match = WRITE.matcher(line);
        if (!match.matches()) {
            return false;
        }
        int number = Integer.parseInt(match.group(2));
        var level = bank.write(this, number, match.group(3).equals("1"));
        level.ifPresent(active ->
                tell("written %s %d %d %d".formatted(match.group(1), number, active, bank.time())));
        return level.isPresent();
    }

    private boolean byHand(String line) {
        var match = BY_HAND.matcher(line);
        if (!match.matches()) {
            return false;
        }
        int number = Integer.parseInt(match.group(2));
        boolean level = match.group(3) != null;
        if (number >= bank.count() || level != match.group(1).equals("set")) {
            return false;
        }
        switch (match.group(1)) {
            case "set" -> bank.set(number, match.group(3).equals("1"));
            case "release" -> bank.release(number);
            default -> {
                // get changes nothing
            }
        }
        tell("level %d %d".formatted(number, bank.isHigh(number) ? 1 : 0));
        return true;
    }

    private void write() {
        try {
            var out = socket.getOutputStream();
            while (!socket.isClosed()) {
                var message = waiting.poll(ALIVE_MILLIS, TimeUnit.MILLISECONDS);
                if (message == null) {
                    if (!started) {
                        continue;
                    }
                    message = "alive " + bank.time();
                }
                send(out, message);
            }
        } catch (IOException _) {
            close();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends a message, or what the faults make of it. */
    private void send(OutputStream out, String message) throws IOException, InterruptedException {
        var fault = context.faults().ofDevice();
        switch (fault.kind()) {
            case SILENT -> {
                // swallowed
            }
            case SLOW -> {
                context.clock().sleep(fault.delay());
                write(out, message);
            }
            case JITTER -> {
                long most = Math.max(1, fault.delay().toNanos());
                context.clock().sleep(Duration.ofNanos(random.nextLong(most)));
                write(out, message);
            }
            case DRIP -> {
                for (byte letter : (message + "\n").getBytes(StandardCharsets.US_ASCII)) {
                    context.clock().sleep(fault.delay());
                    out.write(letter);
                    out.flush();
                }
            }
            case SHORT -> write(out, message.substring(0, Math.max(0, message.lastIndexOf(' '))));
            case WRONG_UNIT -> write(out, message.replaceFirst(" [0-9]+", " " + NO_LINE));
            case GARBAGE -> {
                var bytes = new byte[GARBAGE_BYTES];
                random.nextBytes(bytes);
                bytes[0] = 0; // no beginning of any message
                out.write(bytes);
                out.flush();
            }
            case HALF_OPEN -> socket.shutdownOutput();
            case RESET -> {
                socket.setSoLinger(true, 0);
                close();
            }
            case EXCEPTION -> {
                write(out, "error simulated fault");
                close();
            }
            default -> write(out, message);
        }
        if (message.startsWith("error ")) {
            close();
        }
    }

    private static void write(OutputStream out, String message) throws IOException {
        out.write((message + "\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    void close() {
        try {
            socket.close();
        } catch (IOException _) {
            // It is gone either way.
        }
    }
}
