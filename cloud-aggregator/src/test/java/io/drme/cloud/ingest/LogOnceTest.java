package io.drme.cloud.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LogOnceTest {
    @Test
    void whatWasToldIsNotToldAgainButSomethingElseIs() {
        var once = new LogOnce();
        assertThat(once.first("gateway a")).isTrue();
        assertThat(once.first("gateway a")).isFalse();
        assertThat(once.first("gateway b")).isTrue();
    }

    // A stranger chooses names without end; what is remembered of them must end.
    @Test
    void neverRemembersMoreThanItsLimit() {
        var once = new LogOnce();
        int told = 0;
        for (int i = 0; i < 20_000; i++) {
            told += once.first("client " + i) ? 1 : 0;
        }
        assertThat(told).isEqualTo(10_000);
    }

    // A line feed in a client id would otherwise write a log line of its own.
    @Test
    void aStrangersTextStaysWithinOneShortLine() {
        assertThat(LogOnce.shown("a\nb\u001b[31m\"c\"")).isEqualTo("a?b?[31m'c'");
        assertThat(LogOnce.shown("ü".repeat(5_000))).isEqualTo("ü".repeat(200) + "…");
        assertThat(LogOnce.shown("\ud800x")).hasSize(2);
    }
}
