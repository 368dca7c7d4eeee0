package io.drme.sim.modbus;

import io.drme.time.SystemClock;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * An open serial port, or one end of a pair of pseudo terminals: a file that stty has prepared, so
 * that no serial library is shared with the driver. A read holds its thread for up to a tenth of a
 * second.
 *
 * @param in gives bytes as they come, and its end once it was stopped
 */
record SerialPort(InputStream in, FileOutputStream out) implements AutoCloseable {
    /** A read gives what is there, and nothing after a tenth of a second. */
    private static final List<String> RAW =
            List.of("raw", "-echo", "clocal", "-crtscts", "min", "0", "time", "1");

    /** They have neither speed nor parity, and stty fails where it is to set one. */
    private static final Path PSEUDO_TERMINALS = Path.of("/dev/pts");

    /**
     * Opens a port.
     *
     * @param stopped ends the next read where it says so
     * @throws IOException where it is not there or can't be set up; the message says what to do
     */
    static SerialPort open(SerialPath port, BooleanSupplier stopped) throws IOException {
        var path = port.path();
        if (!Files.isReadable(path) || !Files.isWritable(path)) {
            throw new IOException(
                    "%s is not there, or may not be opened; check the path and the rights, or make a pair of terminals: socat pty,raw,echo=0,link=a pty,raw,echo=0,link=b"
                            .formatted(path));
        }
        if (!path.toRealPath().startsWith(PSEUDO_TERMINALS)) {
            stty(path, port.settings());
        }
        stty(path, RAW);
        var in = new FileInputStream(path.toFile());
        try {
            return new SerialPort(
                    new SerialServer.Waiting(in, new SystemClock(), stopped),
                    new FileOutputStream(path.toFile()));
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    private static void stty(Path path, List<String> settings) throws IOException {
        var command = new ArrayList<>(List.of("stty", "-F", path.toString()));
        command.addAll(settings);
        var stty = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var said = stty.getInputStream()) {
            var text = new String(said.readAllBytes(), StandardCharsets.UTF_8);
            if (stty.waitFor() != 0) {
                throw new IOException(
                        "%s can't be set up as a serial line: %s".formatted(path, text.strip()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
        out.close();
    }
}
