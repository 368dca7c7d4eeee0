package io.drme.testing;

import io.drme.time.SystemClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL server, Debian's, with a fresh cluster of its own on a free loopback port. It
 * asks for a password. As root it runs as the user {@code postgres}: the server refuses root.
 *
 * <p>Confined to one thread.
 */
public final class PostgresServer implements AutoCloseable {
    /** The role that the tests go as; it may make databases. */
    public static final String USER = "drme";

    /** Its password. */
    public static final String PASSWORD = "test-only 'quoted'";

    private static final Path INSTALLED = Path.of("/usr/lib/postgresql");
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration LOOK_EVERY = Duration.ofMillis(20);

    private final SystemClock clock = new SystemClock();
    private final Path bin;
    private final Path folder;
    private final int port;
    private final List<String> settings;
    private @Nullable Process process;

    private PostgresServer(Path bin, Path folder, int port, List<String> settings) {
        this.bin = bin;
        this.folder = folder;
        this.port = port;
        this.settings = settings;
    }

    /** Whether a server is installed here. */
    public static boolean isInstalled() {
        return programs().isPresent();
    }

    /** The programs of the newest version that is installed. */
    private static Optional<Path> programs() {
        if (!Files.isDirectory(INSTALLED)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(INSTALLED)) {
            return versions.map(v -> v.resolve("bin"))
                    .filter(b -> Files.isExecutable(b.resolve("postgres")))
                    .max(Comparator.comparing(Path::toString));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /**
     * Starts one; returns when it takes connections.
     *
     * @param settings lines such as {@code fsync=off}
     * @throws IllegalStateException where none is installed; ask {@link #isInstalled} before
     */
    public static PostgresServer start(String... settings)
            throws IOException, InterruptedException {
        var bin =
                programs()
                        .orElseThrow(() ->
                                new IllegalStateException(
                                        "PostgreSQL is missing; install the package postgresql"));
        var folder = Path.of(output(asServer(List.of("mktemp", "-d", "--tmpdir=/tmp"))));
        var server = new PostgresServer(bin, folder, freePort(), Arrays.asList(settings));
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(server::close));
        server.makeCluster();
        server.resume();
        return server;
    }

    private static int freePort() throws IOException {
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private static List<String> asServer(List<String> command) {
        if (!System.getProperty("user.name").equals("root")) {
            return command;
        }
        var all = new ArrayList<>(List.of("setpriv", "--reuid=postgres", "--regid=postgres"));
        all.addAll(List.of("--clear-groups", "--"));
        all.addAll(command);
        return all;
    }

    private static String output(List<String> command) throws IOException, InterruptedException {
        return output(command, "");
    }

    private static String output(List<String> command, String input)
            throws IOException, InterruptedException {
        var process =
                new ProcessBuilder(command)
                        .directory(Path.of("/").toFile())
                        .redirectErrorStream(true)
                        .start();
        try (var out = process.outputWriter(StandardCharsets.UTF_8)) {
            out.write(input);
        }
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(command + ": " + said);
        }
        return said.strip();
    }

    private void makeCluster() throws IOException, InterruptedException {
        var password = folder.resolve("password");
        output(asServer(List.of("tee", password.toString())), PASSWORD + "\n");
        output(
                asServer(
                        List.of(
                                bin.resolve("initdb").toString(),
                                "--pgdata=" + folder.resolve("data"),
                                "--username=" + USER,
                                "--pwfile=" + password,
                                "--auth=scram-sha-256",
                                "--encoding=UTF8",
                                "--locale=C.UTF-8",
                                "--no-sync")));
    }

    /** Starts it again after {@link #kill} or {@link #stop}; returns when it takes connections. */
    public void resume() throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(bin.resolve("postgres").toString()));
        command.addAll(List.of("-D", folder.resolve("data").toString(), "-p", port + ""));
        for (var setting : common()) {
            command.addAll(List.of("-c", setting));
        }
        for (var setting : settings) {
            command.addAll(List.of("-c", setting));
        }
        var log = folder.resolveSibling(folder.getFileName() + ".log");
        var builder =
                new ProcessBuilder(asServer(command))
                        .directory(Path.of("/").toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        var started = builder.start();
        process = started;
        long deadline = clock.nanoTime() + LIMIT.toNanos();
        while (!isReady()) {
            if (clock.nanoTime() > deadline) {
                throw new IOException("PostgreSQL did not start: " + Files.readString(log));
            }
            clock.sleep(LOOK_EVERY);
            if (!started.isAlive()) {
                // those of a killed one may still be on their way out
                started = builder.start();
                process = started;
            }
        }
    }

    private List<String> common() {
        return List.of(
                "listen_addresses=127.0.0.1",
                "unix_socket_directories=" + folder,
                "shared_buffers=32MB",
                "max_connections=60");
    }

    private boolean isReady() throws IOException, InterruptedException {
        var probe =
                new ProcessBuilder(
                                bin.resolve("pg_isready").toString(),
                                "--quiet",
                                "--host=127.0.0.1",
                                "--port=" + port)
                        .start();
        return probe.waitFor() == 0;
    }

    /** Kills its first process as {@code kill -9} does; the others see it and end. */
    public void kill() throws InterruptedException {
        var killed = process;
        if (killed != null) {
            killed.destroyForcibly().waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    /** Whether it was started and neither killed nor stopped. */
    public boolean isRunning() {
        var started = process;
        return started != null && started.isAlive();
    }

    /** Stops it at once, in order; who is connected is told. */
    public void stop() throws IOException, InterruptedException {
        output(
                asServer(
                        List.of(
                                bin.resolve("pg_ctl").toString(),
                                "--pgdata=" + folder.resolve("data"),
                                "--mode=fast",
                                "stop")));
    }

    /** Its address on loopback, as {@code 127.0.0.1:54321}. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /** The JDBC address of a database. */
    public String url(String database) {
        return "jdbc:postgresql://" + address() + "/" + database;
    }

    /** Where its data is. */
    public Path data() {
        return folder.resolve("data");
    }

    /** Runs SQL in a database as psql would, and gives what it prints. */
    public String psql(String database, String sql) throws IOException, InterruptedException {
        var connection =
                "host=127.0.0.1 port=%d dbname=%s user=%s password='%s'"
                        .formatted(port, database, USER, PASSWORD.replace("'", "\\'"));
        return output(
                List.of(
                        bin.resolve("psql").toString(),
                        "--no-psqlrc",
                        "--quiet",
                        "--tuples-only",
                        "--no-align",
                        "--set=ON_ERROR_STOP=1",
                        "--dbname=" + connection,
                        "--command=" + sql));
    }

    /** Makes an empty database. */
    public void createDatabase(String name) throws IOException, InterruptedException {
        psql("postgres", "create database " + name + " template template0");
    }

    /** Stops it and removes its files. */
    @Override
    public void close() {
        try {
            kill();
            output(asServer(List.of("rm", "-rf", folder.toString())));
            Files.deleteIfExists(folder.resolveSibling(folder.getFileName() + ".log"));
        } catch (IOException _) {
            // left in the folder for temporary files
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
