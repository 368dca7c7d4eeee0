package io.drme.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.sim.fault.FaultKind;
import io.drme.testing.ManualClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/simulators.md shows is what the program takes. */
class DocumentTest {
    private static final Path DOCUMENT = Path.of("../docs/simulators.md");

    @Test
    void theScenarioInTheDocumentIsValid() throws Exception {
        var sample = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);
        var match = sample.matcher(Files.readString(DOCUMENT));
        assertThat(match.find()).isTrue();
        try (var plant =
                Plant.parse("doc", match.group(1), Plant.Overrides.NONE, new ManualClock())) {
            assertThat(plant.member("press").orElseThrow().device().units())
                    .containsExactly("1", "2");
        }
    }

    @Test
    void everyFaultIsDescribed() throws Exception {
        var text = Files.readString(DOCUMENT);
        for (var kind : FaultKind.values()) {
            assertThat(text).contains("| `" + kind.text() + "` |");
        }
    }
}
