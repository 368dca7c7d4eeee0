package io.drme.system;

import java.io.IOException;
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
 * axe-core, which finds what keeps people out of a page: too little contrast, controls without a
 * name, what the keyboard does not reach. It comes by npm in the version and with the checksum of
 * {@code src/test/node/axe/package-lock.json}, once, into a folder below {@code DRME_NODE_PEERS}
 * where that is set, otherwise below {@code target}.
 */
final class Axe {
    private static final Path SOURCE = Path.of("src/test/node/axe");
    private static final List<String> FILES = List.of("package.json", "package-lock.json");
    private static final String SCRIPT = "node_modules/axe-core/axe.min.js";
    private static final long INSTALL_SECONDS = 120;

    private final String script;

    private Axe(String script) {
        this.script = script;
    }

    /** Gets it; skips the test loudly where it can't be had, and fails it with {@code CI=true}. */
    static Axe get() throws Exception {
        var folder = folder();
        var missing =
                Files.exists(folder.resolve(SCRIPT)) ? Optional.<String>empty() : install(folder);
        if (missing.isPresent()) {
            var message = "SKIPPED: axe-core: " + missing.get();
            if (Boolean.parseBoolean(System.getenv("CI"))) {
                throw new AssertionError(message + "; with CI=true that is a failure");
            }
            System.err.println(message);
            Assumptions.abort(message);
        }
        return new Axe(Files.readString(folder.resolve(SCRIPT)));
    }

    private static Path folder() throws IOException, GeneralSecurityException {
        var digest = MessageDigest.getInstance("SHA-256");
        for (var file : FILES) {
            digest.update(Files.readAllBytes(SOURCE.resolve(file)));
        }
        var name = "axe-" + HexFormat.of().formatHex(digest.digest(), 0, 8);
        var cache = System.getenv("DRME_NODE_PEERS");
        return (cache == null ? Path.of("target/node-peers") : Path.of(cache))
                .resolve(name)
                .toAbsolutePath();
    }

    /** What is missing, if anything. */
    private static Optional<String> install(Path folder) throws InterruptedException, IOException {
        Files.createDirectories(folder);
        for (var file : FILES) {
            Files.copy(
                    SOURCE.resolve(file),
                    folder.resolve(file),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        var output = folder.resolve("last-command.log");
        try {
            var process =
                    new ProcessBuilder("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
                            .directory(folder.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start();
            if (!process.waitFor(INSTALL_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.of("npm did not end within %d s".formatted(INSTALL_SECONDS));
            }
            return process.exitValue() == 0
                    ? Optional.empty()
                    : Optional.of("npm failed: " + Files.readString(output));
        } catch (IOException e) {
            return Optional.of(
                    "npm can't be run (%s); install Node with npm".formatted(e.getMessage()));
        }
    }

    /** What it finds serious or critical on the page that is open: rule, help and place. */
    List<String> serious(Chromium browser) {
        browser.js(script);
        var found =
                browser.driver()
                        .executeAsyncScript(
                                """
                                const done = arguments[arguments.length - 1];
                                axe.run(document, { resultTypes: ['violations'] }).then((r) => done(
                                    r.violations
                                        .filter((v) => v.impact === 'serious' || v.impact === 'critical')
                                        .flatMap((v) => v.nodes.map((n) =>
                                            `${v.id}: ${v.help}: ${n.target.join(' ')}: ${n.html.slice(0, 160)}`))));
                                """);
        var serious = new ArrayList<String>();
        if (found instanceof List<?> list) {
            list.forEach(item -> serious.add(String.valueOf(item)));
        }
        return serious;
    }
}
