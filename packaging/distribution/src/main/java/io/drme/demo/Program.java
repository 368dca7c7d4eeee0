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
     * @param name agent, cloud or sim: names the flags file, the jar and the log
     * @param mainClass what to run
     * @param logs folder for {@code NAME.log}; appended to
     */
    static Program start(String name, String mainClass, Path logs, List<String> arguments)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags(name));
        command.addAll(List.of("-cp", classPath(), mainClass));
        command.addAll(arguments);
        var log = logs.resolve(name + ".log");
        var process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        return new Program(name, log, process);
    }

    private static List<String> flags(String name) throws IOException {
        var folder =
                Path.of(
                        System.getenv()
                                .getOrDefault(
                                        "DRME_LAUNCH", "packaging/distribution/src/main/launch"));
        return Files.readAllLines(folder.resolve(name + ".flags")).stream()
                .filter(l -> !l.isBlank() && !l.startsWith("#"))
                .toList();
    }

    private static String classPath() {
        return Path.of(
                        System.getenv()
                                .getOrDefault("DRME_LIB", "packaging/distribution/target/lib"))
                + "/*";
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
