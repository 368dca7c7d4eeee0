package io.drme.driver.modbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.YamlReader;
import io.drme.model.ValueType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/drivers/modbus.md shows is what the driver takes. */
class DocumentTest {
    private static final Path DOCUMENT = Path.of("../docs/drivers/modbus.md");

    @Test
    void theSampleInTheDocumentIsValid() throws Exception {
        var sample = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);
        var match = sample.matcher(Files.readString(DOCUMENT));
        assertThat(match.find()).isTrue();
        var problems = new Problems();
        var top =
                new Section(
                        YamlReader.parse("doc", match.group(1), problems).orElseThrow(),
                        "",
                        problems);
        var device = top.sections("devices").values().iterator().next();
        var factory = new ModbusDriverFactory();
        var settings = factory.settings(device, device.requiredText("url"));
        var types = new HashMap<String, ValueType>();
        device.sections("tags")
                .forEach((path, tag) ->
                        factory.address(tag, settings)
                                .ifPresent(a -> types.put(path, a.rawType())));
        assertThat(problems.list()).isEmpty();
        assertThat(types)
                .containsAllEntriesOf(
                        Map.of(
                                "oil/temperature", ValueType.FLOAT64,
                                "overload", ValueType.BOOLEAN,
                                "mode", ValueType.TEXT,
                                "energy", ValueType.INT64))
                .hasSize(8);
    }
}
