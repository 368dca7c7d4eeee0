package io.drme.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private final Metrics metrics = new Metrics();

    @Test
    void countersAndGaugesAreWrittenAsPrometheusReadsThem() {
        metrics.counter("drme_polls_total", "Polls", Map.of("device", "press-3")).add(7);
        metrics.counter("drme_polls_total", "Polls", Map.of("device", "press-3")).increment();
        metrics.counter("drme_polls_total", "Polls", Map.of("device", "a\"b\\c\nd")).increment();
        metrics.gauge("drme_queue", "Waiting", Map.of(), () -> 2.5);
        metrics.source(w -> w.gauge("drme_devices", "Devices", Map.of("state", "good"), 3));
        assertThat(metrics.text())
                .isEqualTo(
                        """
                        # HELP drme_devices Devices
                        # TYPE drme_devices gauge
                        drme_devices{state="good"} 3
                        # HELP drme_polls_total Polls
                        # TYPE drme_polls_total counter
                        drme_polls_total{device="a\\"b\\\\c\\nd"} 1
                        drme_polls_total{device="press-3"} 8
                        # HELP drme_queue Waiting
                        # TYPE drme_queue gauge
                        drme_queue 2.5
                        """);
    }

    @Test
    void aNameThatPrometheusRefusesIsABug() {
        assertThatThrownBy(() -> metrics.counter("drme-polls", "", Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
