package io.drme.driver.opcua;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * node-opcua as a process. Its packages are installed once into a folder named by the lock file:
 * below {@code DRME_NODE_PEERS} where that is set, otherwise below {@code target}.
 */
final class NodePeer implements AutoCloseable {
    private static final Path SOURCE = Path.of("src/test/node/opcua-peer");
    private static final List<String> FILES =
            List.of("package.json", "package-lock.json", "server.js", "client.js", "types.xml");
    private static final String INSTALLED = "installed";
    private static final long INSTALL_SECONDS = 180;
    private static final long START_SECONDS = 60;
    private static final long ASK_SECONDS = 60;
    private static final String RESULT = "RESULT ";

    private final Process process;
    private final Path pki;
    private final int port;

    private NodePeer(Process process, Path pki, int port) {
        this.process = process;
        this.pki = pki;
        this.port = port;
    }

    /** Starts the server; skips the test loudly where Node or the package can't be had. */
    static NodePeer start(Path pki) throws Exception {
        int port;
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = probe.getLocalPort();
        }
        return start(pki, port);
    }

    /**
     * Lets the client ask a server.
     *
     * @param arguments of client.js
     * @return what it found, as JSON
     */
    static String ask(List<String> arguments) throws Exception {
        var folder = installed();
        var command = new ArrayList<>(List.of("node", "client.js"));
        command.addAll(arguments);
        var process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        process.getOutputStream().close();
        Thread.ofVirtual().start(() -> endAfter(process, ASK_SECONDS));
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return said.lines()
                .filter(line -> line.startsWith(RESULT))
                .findFirst()
                .map(line -> line.substring(RESULT.length()))
                .orElseThrow(() -> new AssertionError("node-opcua's client said:\n" + said));
    }

    private static void endAfter(Process process, long seconds) {
        try {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static NodePeer start(Path pki, int port) throws Exception {
        var folder = installed();
        var process =
                new ProcessBuilder("node", "server.js", Integer.toString(port), pki.toString())
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        var peer = new NodePeer(process, pki, port);
        peer.awaitReady();
        return peer;
    }

    /** The folder with its packages; skips the test loudly where these can't be had. */
    private static Path installed() throws Exception {
        var folder = folder();
        var missing = install(folder);
        if (missing.isPresent()) {
            var message = "SKIPPED: the node-opcua peer: " + missing.get();
            if ("true".equals(System.getenv("CI"))) {
                throw new AssertionError(message + "; with CI=true that is a failure");
            }
            System.err.println(message);
            Assumptions.abort(message);
        }
        return folder;
    }

    private static Path folder() throws IOException, GeneralSecurityException {
        var digest = MessageDigest.getInstance("SHA-256");
        for (var file : FILES) {
            digest.update(Files.readAllBytes(SOURCE.resolve(file)));
        }
        var name = "opcua-peer-" + HexFormat.of().formatHex(digest.digest(), 0, 8);
        var cache = System.getenv("DRME_NODE_PEERS");
        return (cache == null ? Path.of("target/node-peers") : Path.of(cache))
                .resolve(name)
                .toAbsolutePath();
    }

    /** What is missing, if anything. */
    private static Optional<String> install(Path folder) throws Exception {
        if (Files.exists(folder.resolve(INSTALLED))) {
            return run(folder, 10, "node", "--version");
        }
        Files.createDirectories(folder);
        for (var file : FILES) {
            Files.copy(
                    SOURCE.resolve(file),
                    folder.resolve(file),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        var node = run(folder, 10, "node", "--version");
        if (node.isPresent()) {
            return node;
        }
        var npm =
                run(
                        folder,
                        INSTALL_SECONDS,
                        "npm",
                        "ci",
                        "--ignore-scripts",
                        "--omit=optional",
                        "--no-audit",
                        "--no-fund");
        if (npm.isEmpty()) {
            Files.writeString(folder.resolve(INSTALLED), "");
        }
        return npm;
    }

    private static Optional<String> run(Path folder, long seconds, String... command)
            throws Exception {
        var what = String.join(" ", command);
        var output = folder.resolve("last-command.log");
        try {
            var process =
                    new ProcessBuilder(command)
                            .directory(folder.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start();
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.of("'%s' did not end within %d s".formatted(what, seconds));
            }
            return process.exitValue() == 0
                    ? Optional.empty()
                    : Optional.of("'%s' failed: %s".formatted(what, Files.readString(output)));
        } catch (IOException e) {
            return Optional.of(
                    "'%s' can't be run (%s); install Node 20 or later with npm"
                            .formatted(what, e.getMessage()));
        }
    }

    /** Reads until the peer says READY; the rest is read by a thread, so that it never blocks. */
    private void awaitReady() throws Exception {
        var said = new ArrayList<String>();
        var reader =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        var watchdog = Thread.ofVirtual().start(() -> endAfter(process, START_SECONDS));
        for (var line = reader.readLine(); line != null; line = reader.readLine()) {
            if (line.equals("READY")) {
                watchdog.interrupt();
                Thread.ofVirtual().start(() -> reader.lines().forEach(_ -> {}));
                return;
            }
            said.add(line);
        }
        assertThat(said).as("what node-opcua said instead of READY").contains("READY");
    }

    /** Ends it with a signal that it can't catch. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Another process on the same port, with the same certificate. */
    NodePeer startedAgain() throws Exception {
        return start(pki, port);
    }

    String url() {
        return "opc.tcp://127.0.0.1:%d/peer".formatted(port);
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
