package io.drme.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * Bytes kept in {@code src/test/resources/golden}, so that a change of a format is seen in review.
 * {@code -Ddrme.golden=write} writes them anew.
 */
public final class Golden {
    private static final Path FOLDER = Path.of("src/test/resources/golden");
    private static final int BYTES_A_LINE = 32;

    private Golden() {}

    /** Asserts that the bytes written now are the kept ones. */
    public static void check(String name, byte[] bytes) {
        var file = FOLDER.resolve(name + ".hex");
        try {
            if ("write".equals(System.getProperty("drme.golden"))) {
                Files.writeString(file, lines(bytes));
            }
            assertThat(lines(bytes)).isEqualTo(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The kept bytes. */
    public static byte[] read(String name) {
        try {
            var text = Files.readString(FOLDER.resolve(name + ".hex"));
            return HexFormat.of().parseHex(text.replace("\n", ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String lines(byte[] bytes) {
        var text = new StringBuilder();
        for (int at = 0; at < bytes.length; at += BYTES_A_LINE) {
            int end = Math.min(bytes.length, at + BYTES_A_LINE);
            text.append(HexFormat.of().formatHex(bytes, at, end)).append('\n');
        }
        return text.toString();
    }
}
