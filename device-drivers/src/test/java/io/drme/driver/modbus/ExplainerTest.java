package io.drme.driver.modbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.driver.DeviceFixture;
import io.drme.driver.Explanation;
import io.drme.driver.PlannedRequest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code drme-agent plan} says of Modbus requests. */
class ExplainerTest {
    private static Explanation planned(String url, String keys, String tags) {
        var factory = new ModbusDriverFactory();
        var device =
                DeviceFixture.of(
                        "d",
                        factory,
                        "url: \"%s\"\n%stags:\n%s".formatted(url, keys, tags.indent(2)));
        return factory.explain(device.spec(), device.groups());
    }

    private static Explanation planned(String tags) {
        return planned("tcp://h:502", "", tags);
    }

    @Test
    void neighboursShareARequestAndTheGapBetweenIsCounted() {
        var plan =
                planned(
                        """
                        a: {address: "holding:100", type: uint16}
                        b: {address: "holding:101", type: float32}
                        c: {address: "holding:110", type: uint16}
                        """);

        assertThat(plan.line()).isEqualTo("tcp://h:502");
        assertThat(plan.requests())
                .singleElement()
                .isEqualTo(
                        new PlannedRequest(
                                0,
                                "holding:100-110 (400101-400111)",
                                11,
                                List.of("d/a", "d/b", "d/c"),
                                "7 registers between are read along, cheaper than a request",
                                12,
                                9 + 22,
                                Duration.ZERO));
    }

    @Test
    void eachEndOfARequestHasItsReason() {
        var plan =
                planned(
                        "tcp://h:502",
                        "max-registers: 4\n",
                        """
                        bit:   {address: "coil:0"}
                        a:     {address: "holding:0", type: uint32}
                        b:     {address: "holding:2", type: uint32}
                        c:     {address: "holding:4", type: uint16}
                        far:   {address: "holding:9999", type: uint16}
                        """);

        assertThat(plan.requests().stream().map(r -> r.range() + ": " + r.why()))
                .containsExactly(
                        "coil:0 (000001): one tag; the next is of another table, holding",
                        "holding:0-3 (400001-400004): neighbours; with the next it would be more than 4 registers (max-registers)",
                        "holding:4 (400005): one tag; the next is 9994 registers on, more than merge-gap (16) reads along",
                        "holding:9999 (410000): one tag");
    }

    @Test
    void tagsOfOtherIntervalsAreOtherRequests() {
        var plan =
                planned(
                        """
                        fast: {address: "holding:0", type: uint16}
                        slow: {address: "holding:1", type: uint16, poll: 1m}
                        """);

        assertThat(plan.requests().stream().map(r -> r.group() + " " + r.tags()))
                .containsExactly("0 [d/fast]", "1 [d/slow]");
    }

    @Test
    void aGapIsTheLines() {
        var plan = planned("tcp://h:502", "gap: 50ms\n", "a: {address: \"coil:0\"}\n");

        assertThat(plan.gap()).isEqualTo(Duration.ofMillis(50));
        assertThat(plan.requests().getFirst().least()).isZero();
    }

    // 8 + 7 bytes and 7 characters of quiet, 11 bits each, at 9,600 baud.
    @Test
    void aSerialLineTakesTheTimeOfItsBits() {
        assertThat(wireTime("rtu:///dev/ttyS0?parity=even&baud=9600"))
                .isBetween(Duration.ofMillis(25), Duration.ofMillis(26));
        assertThat(wireTime("rtu-tcp://h:4001")).isZero();
    }

    private static Duration wireTime(String url) {
        return Explainer.wireTime(Endpoint.parse(url).endpoint().orElseThrow(), 15);
    }
}
