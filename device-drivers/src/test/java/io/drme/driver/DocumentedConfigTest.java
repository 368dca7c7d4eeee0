package io.drme.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.YamlReader;
import io.drme.driver.gpio.GpioDriverFactory;
import io.drme.driver.mqtt.MqttDriverFactory;
import io.drme.driver.opcua.OpcUaDriverFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The sample configurations of the drivers' documents are right. */
class DocumentedConfigTest {
    private static final Set<String> READ_BY_THE_AGENT =
            Set.of("unit", "scale", "offset", "range", "deadband", "poll", "stale", "sync");

    @ParameterizedTest
    @CsvSource({"opcua, 9", "gpio, 4", "mqtt, 7"})
    void sampleIsAcceptedWithoutAProblem(String driver, int tags) throws Exception {
        var factory =
                switch (driver) {
                    case "gpio" -> new GpioDriverFactory();
                    case "mqtt" -> new MqttDriverFactory();
                    default -> new OpcUaDriverFactory();
                };
        var text = Files.readString(Path.of("../docs/drivers/" + driver + ".md"));
        var yaml = text.substring(text.indexOf("```yaml\n") + 8);
        var problems = new Problems();
        var top =
                YamlReader.parse(driver + ".md", yaml.substring(0, yaml.indexOf("```")), problems);
        int read = 0;
        for (var device :
                new Section(top.orElseThrow(), "", problems).sections("devices").values()) {
            assertThat(device.requiredText("driver")).isEqualTo(factory.name());
            device.has("timeout");
            var settings = factory.settings(device, device.requiredText("url"));
            for (var tag : device.sections("tags").values()) {
                assertThat(factory.address(tag, settings)).isPresent();
                READ_BY_THE_AGENT.forEach(tag::has);
                tag.done();
                read++;
            }
            device.done();
        }
        assertThat(problems.list()).isEmpty();
        assertThat(read).isEqualTo(tags);
    }
}
