package io.drme.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
    @ParameterizedTest
    @CsvSource({
        "press-*/oil/temperature, press-3/oil/temperature, true",
        "press-*/oil/temperature, press-3/x/oil/temperature, false",
        "press-3/**, press-3/oil/temperature, true",
        "**, a/b/c, true",
        "**/temperature, temperature, true",
        "**/temperature, a/b/temperature, true",
        "*/door, cabinet/door, true",
        "a.b, axb, false",
    })
    void oneStarStaysWithinASegmentAndTwoCrossThem(String glob, String name, boolean matches) {
        assertThat(Glob.of(glob).matches(name)).isEqualTo(matches);
    }
}
