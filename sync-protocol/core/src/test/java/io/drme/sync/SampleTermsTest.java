package io.drme.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.StreamKind;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SampleTermsTest {
    private static final SampleTerms.Held HELD = new SampleTerms.Held(40, 5, 5);

    private static SortedMap<String, Long> right() {
        var terms =
                new TreeMap<>(
                        Map.of(
                                "read", 100L,
                                "derived", 20L,
                                "filtered", 25L,
                                "refused.disk-failed", 5L,
                                "accepted", 90L,
                                "acknowledged", 50L,
                                "pending", 8L,
                                "local", 20L,
                                "dropped.space", 12L));
        terms.put(SampleTerms.LOCAL_ACCEPTED, 24L);
        terms.put(SampleTerms.LOCAL_DROPPED + "space", 4L);
        return terms;
    }

    private static long failing(SortedMap<String, Long> terms, SampleTerms.Held held) {
        return new SampleTerms(terms)
                .equations(Optional.of(held)).stream().filter(SampleTerms.Equation::fails).count();
    }

    @Test
    void allEquationsHoldForWhatAddsUp() {
        assertThat(failing(right(), HELD)).isZero();
        var terms = new SampleTerms(right());
        assertThat(terms.dropped(StreamKind.DATA)).containsExactly(Map.entry("space", 8L));
        assertThat(terms.dropped(StreamKind.LOCAL)).containsExactly(Map.entry("space", 4L));
        assertThat(terms.accepted(StreamKind.DATA)).isEqualTo(66);
    }

    // A sample too many or too few anywhere is seen, with the equation and by how much.
    @Test
    void everyTermThatIsWrongIsSeen() {
        for (var term : right().keySet()) {
            var wrong = right();
            wrong.merge(term, 3L, Long::sum);
            assertThat(failing(wrong, HELD)).as(term).isPositive();
        }
        for (var held :
                new SampleTerms.Held[] {
                    new SampleTerms.Held(41, 5, 5),
                    new SampleTerms.Held(40, 6, 5),
                    new SampleTerms.Held(40, 5, 6)
                }) {
            assertThat(failing(right(), held)).isEqualTo(1);
        }
    }

    @Test
    void theFailingEquationTellsStreamAndDifference() {
        var wrong = right();
        wrong.merge("pending", 7L, Long::sum);
        assertThat(new SampleTerms(wrong).equations(Optional.of(HELD)))
                .filteredOn(SampleTerms.Equation::fails)
                .singleElement()
                .satisfies(e -> {
                    assertThat(e.stream()).contains(StreamKind.DATA);
                    assertThat(e.difference()).isEqualTo(-7);
                });
    }
}
