package io.drme.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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

    // The meaning was first written as a regular expression, which is still the shorter definition.
    @Test
    void agreesWithTheRegularExpressionThatDefinesIt() {
        var random = new Random(7);
        int matched = 0;
        for (int i = 0; i < 50_000; i++) {
            var glob = word(random, "ab/**", 8);
            var name = word(random, "ab/", 8);
            boolean expected = Pattern.matches(regex(glob), name);
            matched += expected ? 1 : 0;
            assertThat(Glob.of(glob).matches(name)).as("%s on %s", glob, name).isEqualTo(expected);
        }
        assertThat(matched).isGreaterThan(1_000);
    }

    // Anybody who may read sends patterns; backtracking would take years here.
    @Test
    @Timeout(5)
    void aHostilePatternTakesNoLongerThanAnother() {
        var glob = Glob.of("*a".repeat(100) + "b");
        assertThat(glob.matches("a".repeat(128))).isFalse();
    }

    private static String word(Random random, String letters, int maxLength) {
        var word = new StringBuilder();
        for (int n = random.nextInt(maxLength + 1); n > 0; n--) {
            word.append(letters.charAt(random.nextInt(letters.length())));
        }
        return word.toString();
    }

    private static String regex(String glob) {
        var regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            if (glob.charAt(i) != '*') {
                regex.append(Pattern.quote(glob.substring(i, i + 1)));
            } else if (glob.startsWith("**/", i)) {
                regex.append("(?:.*/)?");
                i += 2;
            } else if (glob.startsWith("**", i)) {
                regex.append(".*");
                i++;
            } else {
                regex.append("[^/]*");
            }
        }
        return regex.toString();
    }
}
