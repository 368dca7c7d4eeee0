package io.drme.driver.gpio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.driver.Commissioning;
import io.drme.driver.DriverException;
import io.drme.driver.Offer;
import io.drme.driver.TestDevice;
import io.drme.time.SystemClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the kernel tells of a chip's lines, without any of them being taken. */
class ChipBrowseTest implements Commissioning.Listener {
    private final FakeChip chip = new FakeChip(5);
    private final GpioCommissioning commissioning = new GpioCommissioning(chip);
    private final List<Offer> found = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    private static TestDevice device() {
        return new TestDevice(
                new GpioDriverFactory(),
                "chip://" + FakeChip.PATH,
                Map.of(),
                new TestDevice.Access(Duration.ofSeconds(1), Path.of("unused"), new SystemClock()));
    }

    @Override
    public void found(Offer offer) {
        found.add(offer);
    }

    @Override
    public void note(String text) {
        notes.add(text);
    }

    @Test
    void linesAreListedWithNameAndUserAndOutputsAreLeftOut() throws Exception {
        chip.describe(0, "ID_SDA", "", false);
        chip.describe(1, "STATUS LED", "leds", true);
        chip.describe(2, "Door/Left", "watchdog", false);
        chip.describe(3, "ID_SDA", "", false);
        commissioning.browse(device(), new Commissioning.Extent(0, 10), this);
        assertThat(found)
                .containsExactly(
                        new Offer("id_sda", Map.of("address", "line:0"), "input", "'ID_SDA'"),
                        new Offer(
                                "door-left",
                                Map.of("address", "line:2"),
                                "input",
                                "used by 'watchdog'; refused until it is free"),
                        new Offer(
                                "id_sda-line-3", Map.of("address", "line:3"), "input", "'ID_SDA'"),
                        new Offer("line-4", Map.of("address", "line:4"), "input", ""));
        assertThat(notes).hasSize(1);
        assertThat(notes.getFirst())
                .startsWith("line 1 'STATUS LED' is an output used by 'leds', and not listed");
        assertThat(chip.held()).isZero();
    }

    @Test
    void probeTakesAFreeInputAndNeverAnOutput() throws Exception {
        chip.describe(0, "", "", true);
        chip.describe(1, "", "somebody", false);
        assertThat(commissioning.firstTag(device())).isEqualTo(Map.of("address", "line:2"));
        for (int line = 0; line < 5; line++) {
            chip.describe(line, "", "", true);
        }
        assertThat(commissioning.firstTag(device())).isEqualTo(Map.of("address", "line:4095"));
        assertThat(chip.held()).isZero();
    }

    @Test
    void chipWithoutTheRightIsTold() {
        chip.refuse(Kernel.EACCES);
        assertThatThrownBy(
                        () -> commissioning.browse(device(), new Commissioning.Extent(0, 10), this))
                .isInstanceOf(DriverException.Refused.class)
                .hasMessageContaining("no right to use /dev/gpiochip7");
    }
}
