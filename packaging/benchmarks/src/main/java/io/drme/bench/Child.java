package io.drme.bench;

import io.drme.time.Clock;
import io.drme.time.SystemClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A program under measurement: a process of its own, with its output in a log file. */
final class Child implements AutoCloseable {
    private static final int STOP_WITHIN_SECONDS = 10;
    private static final Duration LOOK_EVERY = Duration.ofMillis(5);
    private static final Clock CLOCK = new SystemClock();

    private final String name;
    private final Process process;
    private final Path log;
    private final long startedNanos;

    private Child(String name, Process process, Path log, long startedNanos) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.startedNanos = startedNanos;
    }

    /** Starts a program; what it says goes to {@code NAME.log} in the folder. */
    static Child start(
            String name, List<String> command, Map<String, String> environment, Path folder)
            throws IOException {
        var log = folder.resolve(name + ".log");
        var builder =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        long now = CLOCK.nanoTime();
        return new Child(name, builder.start(), log, now);
    }

    /** Starts one of our four programs exactly as the launcher does. */
    static Child program(String name, String program, List<String> arguments, Path folder)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(needed("DRME_LAUNCH"), "start").toString());
        command.add(program);
        command.addAll(arguments);
        return start(
                name,
                command,
                Map.of(
                        "JAVA_HOME",
                        System.getProperty("java.home"),
                        "DRME_LIB",
                        needed("DRME_LIB")),
                folder);
    }

    private static String needed(String variable) {
        var value = System.getenv(variable);
        if (value == null) {
            throw new IllegalStateException(
                    variable + " is not set; this benchmark is run by ./drme bench");
        }
        return value;
    }

    /** How long ago it was started. */
    double age() {
        return (CLOCK.nanoTime() - startedNanos) / 1e9;
    }

    /** Memory and CPU as the kernel counts them. */
    Usage usage() throws IOException {
        return Usage.of(process.pid());
    }

    /** The last whole line of its output. */
    Optional<String> lastLine() throws IOException {
        var text = Files.readString(log);
        var lines = text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        return lines.isEmpty() ? Optional.empty() : Optional.of(lines.getLast());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Something that may not be true yet, or not answer yet. */
    interface Condition {
        boolean holds() throws Exception;
    }

    /**
     * Looks again and again until it holds.
     *
     * @throws IOException when the program ended or the time is over; names the log's last lines
     */
    void await(String what, Duration limit, Condition condition) throws Exception {
        await(what, limit, LOOK_EVERY, condition);
    }

    /** As above, looking at other times: each look costs the program CPU, too. */
    void await(String what, Duration limit, Duration lookEvery, Condition condition)
            throws Exception {
        long until = CLOCK.nanoTime() + limit.toNanos();
        var last = "not so";
        while (process.isAlive() && CLOCK.nanoTime() - until < 0) {
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (IOException | io.drme.web.client.CommandException e) {
                last = String.valueOf(e.getMessage());
            }
            CLOCK.sleep(lookEvery);
        }
        var lines = Files.readAllLines(log);
        throw new IOException(
                "%s: %s not within %d s (%s; alive=%s); the end of its output:%n%s"
                        .formatted(
                                name,
                                what,
                                limit.toSeconds(),
                                last,
                                process.isAlive(),
                                String.join(
                                        "\n",
                                        lines.subList(
                                                Math.max(0, lines.size() - 10), lines.size()))));
    }

    /** Waits until it has ended by itself; false where that takes longer. */
    boolean endsWithin(Duration limit) throws InterruptedException {
        return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Ends it in order, or by force where that takes too long. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_WITHIN_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
