package io.drme.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.driver.Pace;
import io.drme.schema.PaceChange;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PaceBookTest {
    private final PaceBook book = new PaceBook();

    @Test
    void eachChangeIsToldOnceAndTheEndOfItToo() {
        var slower = Map.of("press", new Pace(2, true, "polled 2 times as seldom: x"));

        assertThat(book.changes(Map.of())).isEmpty();
        assertThat(book.changes(slower))
                .containsExactly(new PaceChange("press", 2, true, "polled 2 times as seldom: x"));
        assertThat(book.changes(slower)).isEmpty();
        assertThat(book.changes(Map.of())).containsExactly(new PaceChange("press", 1, true, ""));
        assertThat(book.changes(Map.of())).isEmpty();
    }

    @Test
    void aDeviceThatTellsByItselfIsToldApart() {
        var wider = Map.of("press", new Pace(4, false, "deadbands 4 times as wide: x"));

        assertThat(book.changes(wider).getFirst().polled()).isFalse();
    }
}
