package io.drme.edge.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.YamlReader;
import io.drme.sync.LineBudget;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UplinkConfigTest {
    private final Problems problems = new Problems();

    private UplinkConfig read(String yaml) {
        var mapping = YamlReader.parse("gateway.yaml", yaml, problems).orElseThrow();
        return UplinkConfig.read(new Section(mapping, "uplink", problems));
    }

    private List<String> messages() {
        return problems.list().stream().map(p -> p.key() + ": " + p.message()).toList();
    }

    @Test
    void onLoopbackAnAddressIsEnough() {
        var config = read("{url: 'mqtt://127.0.0.1', bandwidth: 2Mbit/s}");
        assertThat(messages()).isEmpty();
        assertThat(config.members().getFirst().port()).isEqualTo(1883);
        assertThat(config.tls()).isFalse();
        assertThat(config.budget()).isEqualTo(LineBudget.of(250_000));
    }

    @Test
    void eachStreamHasItsPartOfTheLine() {
        var config =
                read(
                        "{url: 'mqtt://127.0.0.1', bandwidth: 2Mbit/s, streams: {data: 1Mbit/s, backlog: 256kbit/s, live: 64kbit/s}}");
        assertThat(messages()).isEmpty();
        assertThat(config.budget()).isEqualTo(new LineBudget(250_000, 125_000, 32_000, 8_000));
    }

    @Test
    void withoutABandwidthThereIsNoLimit() {
        assertThat(read("{url: 'mqtt://localhost:1999'}").budget()).isEqualTo(LineBudget.NONE);
    }

    @Test
    void severalMembersAreAList() {
        var config = read("{url: ['mqtt://127.0.0.1:1883', 'mqtt://127.0.0.1:1884']}");
        assertThat(messages()).isEmpty();
        assertThat(config.members())
                .extracting(UplinkConfig.Address::port)
                .containsExactly(1883, 1884);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{url: 'mqtt://central.example'} | uplink.url | without TLS",
                "{url: 'http://central.example'} | uplink.url | mqtts://central.example:8883",
                "{url: 'mqtts://central.example'} | uplink.certificate | needs certificate and key",
                "{bandwidth: 1Mbit/s} | uplink.url | is missing",
                "{url: ''} | uplink.url | is empty",
                "{url: []} | uplink.url | is empty",
                "{url: ['mqtt://localhost', 'http://x']} | uplink.url | http://x' is not an address",
                "{url: ['mqtt://localhost', 'mqtts://localhost'], certificate: /x, key: /y} | uplink.url | one kind",
                "{url: 'mqtt://[::1]', ca: /no/such} | uplink.ca | no file that can be read",
                "{url: 'mqtt://[::1]', bandwidth: 5} | uplink.bandwidth | 2Mbit/s",
                "{url: 'mqtt://[::1]', bandwidth: 1kbit/s} | uplink.bandwidth | at least 2400",
                "{url: 'mqtt://[::1]', streams: {live: 1kbit/s}} | uplink.streams.live | at least 2400",
                "{url: 'mqtt://[::1]', streams: {data: fast}} | uplink.streams.data | 2Mbit/s",
                "{url: 'mqtt://[::1]', streams: {events: 1Mbit/s}} | uplink.streams.events | waits for no budget",
                "{url: 'mqtt://[::1]', bandwidth: 1Mbit/s, streams: {live: 2Mbit/s}} | uplink.streams.live | more than the 1000000 of uplink.bandwidth",
                "{url: 'mqtt://[::1]', streams: {data: 9kbit/s, backlog: 10kbit/s}} | uplink.streams.backlog | more than the 9000 of uplink.streams.data",
                "{url: 'mqtt://[::1]', streams: {video: 9kbit/s}} | uplink.streams.video | data",
                "{url: 'mqtt://[::1]', bandwith: 1kbit/s} | uplink.bandwith | bandwidth",
            })
    void whatIsWrongIsNamedWithItsRemedy(String yaml, String key, String part) {
        read(yaml);
        assertThat(messages()).anyMatch(m -> m.startsWith(key + ": ") && m.contains(part));
    }
}
