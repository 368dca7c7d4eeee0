package io.drme.driver.gpio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drme.driver.PushedDriver;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** On a machine with a GPIO chip, reads its first line; elsewhere says that it did not. */
class RealChipTest {
    private static final Path CHIP = Path.of("/dev/gpiochip0");

    @Test
    void presentLevelOfALineComesAndAMissingLineIsUnknown() throws Exception {
        assumeTrue(
                Files.isWritable(CHIP),
                "SKIPPED: no usable " + CHIP + "; this kernel has no GPIO, or the user no right");
        var tags = List.of("{address: 'line:0'}", "{address: 'line:4095'}");
        try (var driver = (PushedDriver) GpioRig.driver("chip://" + CHIP, tags)) {
            driver.connect();
            var batch = new Batch();
            assertThat(driver.take(batch, Duration.ofSeconds(1))).isTrue();
            assertThat(batch.qualities()[0]).isIn(Quality.GOOD, Quality.bad(Reason.REFUSED));
            assertThat(batch.qualities()[1]).isEqualTo(Quality.bad(Reason.UNKNOWN_ADDRESS));
        }
    }
}
