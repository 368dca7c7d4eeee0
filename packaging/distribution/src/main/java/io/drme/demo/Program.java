package io.drme.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One of the four programs as a process of its own, with its output in a log file. */
final class Program {
    private static final int STOP_WITHIN_SECONDS = 10;
    private static final String LAUNCH = "packaging/distribution/src/main/launch";
    private static final String LIB = "packaging/distribution/target/lib";

    private final String name;
    private final Path log;
    private final Process process;

    private Program(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /**
     * Starts a program.
     *
     * @param name agent, cloud or sim: what to start, and the name of the log
     * @param logs folder for {@code NAME.log}; appended to
     */
    static Program start(String name, Path logs, List<String> arguments) throws IOException {
        var command = new ArrayList<String>();
        command.add(folder("DRME_LAUNCH", LAUNCH).resolve("start").toString());
        command.add(name);
        command.addAll(arguments);
        var log = logs.resolve(name + ".log");
        var builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("DRME_LIB", folder("DRME_LIB", LIB).toString());
        return new Program(name, log, builder.start());
    }

    private static Path folder(String variable, String unless) {
        return Path.of(System.getenv().getOrDefault(variable, unless)).toAbsolutePath();
    }

    String name() {
        return name;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** What a person needs when it died: the code and the last lines of its log. */
    String epitaph() throws IOException {
        var lines = Files.readAllLines(log);
        return "%s ended with code %d; the end of %s:%n%s"
                .formatted(
                        name,
                        process.exitValue(),
                        log,
                        String.join(
                                "\n", lines.subList(Math.max(0, lines.size() - 15), lines.size())));
    }

    /** Ends it as {@code kill -9} does. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** Asks it to end, and ends it when it does not; true when it went by itself. */
    boolean stop() throws InterruptedException {
        process.destroy();
        if (process.waitFor(STOP_WITHIN_SECONDS, TimeUnit.SECONDS)) {
            return true;
        }
        kill();
        return false;
    }
}
