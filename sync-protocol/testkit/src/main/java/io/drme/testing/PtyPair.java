package io.drme.testing;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * A serial line without hardware: two pseudo terminals joined by socat; what is written to one is
 * read from the other.
 */
public final class PtyPair implements AutoCloseable {
    private static final Pattern NAMED = Pattern.compile("PTY is (/\\S+)");
    private static final long CLOSING_SECONDS = 10;

    private final Process socat;
    private final List<String> ends;

    /** Both ends held open: socat ends with the first program that closes one. */
    private final List<FileInputStream> held = new ArrayList<>();

    private PtyPair(Process socat, List<String> ends) throws IOException {
        this.socat = socat;
        this.ends = ends;
        for (var end : ends) {
            held.add(new FileInputStream(end));
        }
    }

    /** Opens a pair. Where socat is missing the test is skipped, but fails with {@code CI=true}. */
    public static PtyPair open() throws IOException {
        Process socat;
        try {
            socat =
                    new ProcessBuilder("socat", "-d", "-d", "pty,raw,echo=0", "pty,raw,echo=0")
                            .redirectErrorStream(true)
                            .start();
        } catch (IOException e) {
            if ("true".equals(System.getenv("CI"))) {
                Assertions.fail("CI=true, and 'socat' is missing: install the package socat", e);
            }
            Assumptions.abort("SKIPPED: 'socat' is missing: install the package socat");
            throw e;
        }
        var ends = new ArrayList<String>();
        var said =
                new BufferedReader(
                        new InputStreamReader(socat.getInputStream(), StandardCharsets.UTF_8));
        while (ends.size() < 2) {
            var text = said.readLine();
            if (text == null) {
                throw new IOException("socat ended before it had made a pair of terminals");
            }
            var named = NAMED.matcher(text);
            if (named.find()) {
                ends.add(named.group(1));
            }
        }
        return new PtyPair(socat, ends);
    }

    /** The path of one end. */
    public String one() {
        return ends.getFirst();
    }

    /** The path of the other end. */
    public String other() {
        return ends.getLast();
    }

    /** Cuts the line: both ends are gone, as when an adapter is pulled out. */
    @Override
    public void close() {
        socat.destroy();
        try {
            for (var end : held) {
                end.close();
            }
        } catch (IOException _) {
            // The terminal is gone either way.
        }
        try {
            socat.waitFor(CLOSING_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
