package io.drme.edge.config;

import io.drme.config.InvalidConfigException;
import io.drme.fuzz.Fuzzing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** Whole configurations, through every reader that they name. */
public final class GatewayConfigFuzz {
    private static final Fuzzing.Bound BOUND = new Fuzzing.Bound(64 << 20, 50_000);
    private static final GatewayConfigReader READER = new GatewayConfigReader(List.of());
    private static final Path FILE = file();

    private GatewayConfigFuzz() {}

    private static Path file() {
        try {
            return Files.createTempFile("drme-fuzz", ".yaml");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where mutation begins. */
    public static List<byte[]> seeds() {
        try (var in =
                GatewayConfig.class.getResourceAsStream("/io/drme/edge/gateway.sample.yaml")) {
            var sample = Objects.requireNonNull(in).readAllBytes();
            return List.of(
                    sample,
                    "gateway: {id: g}\ndevices: {d: {driver: modbus, url: \"tcp://h\", tags: {t: {address: \"coil:${1 + 2 * (3 - 1)}\"}}}}"
                            .getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        Fuzzing.parse(
                data.length,
                BOUND,
                InvalidConfigException.class,
                () -> {
                    Files.write(FILE, data);
                    READER.read(FILE);
                });
    }
}
