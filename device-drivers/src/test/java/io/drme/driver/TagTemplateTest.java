package io.drme.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.SyncMode;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names with words that each tag has its own. */
class TagTemplateTest {
    private static final TagTemplate TEMPLATE =
            new TagTemplate(
                    "wearables/{ward}/bed-{bed}/pulse",
                    3,
                    new TagSpec(
                            new TagName("wearables/x/bed-x/pulse"),
                            ValueType.FLOAT64,
                            ValueType.FLOAT64,
                            "",
                            1,
                            0,
                            Double.NEGATIVE_INFINITY,
                            Double.POSITIVE_INFINITY,
                            0,
                            Duration.ofSeconds(1),
                            Duration.ofSeconds(1),
                            new SyncMode.Raw(),
                            new TagAddress() {}));

    @Test
    void wordsTakeTheirPlaces() {
        assertThat(TagTemplate.names(TEMPLATE.pattern())).containsExactly("ward", "bed");
        assertThat(TagTemplate.sample(TEMPLATE.pattern())).isEqualTo("wearables/x/bed-x/pulse");
        assertThat(TEMPLATE.name(Map.of("ward", "7b", "bed", "2")))
                .isEqualTo("wearables/7b/bed-2/pulse");
    }

    @ParameterizedTest
    @CsvSource({
        "wearables/*/*/pulse, true",
        "wearables/7b/bed-2/pulse, true",
        "wearables/**, true",
        "**/pulse, true",
        "*/*/*/*, true",
        "wearables/*/pulse, false",
        "wearables/7b/bed-2/spo2, false",
        "press/**, false"
    })
    void aGlobMayMeanATagThatIsNotThereYet(String glob, boolean may) {
        assertThat(TEMPLATE.mayMatch(glob)).isEqualTo(may);
    }
}
