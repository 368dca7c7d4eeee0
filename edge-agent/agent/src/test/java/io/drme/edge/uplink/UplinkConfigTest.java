package io.drme.edge.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.YamlReader;
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
        assertThat(config.bytesPerSecond()).isEqualTo(250_000);
    }

    @Test
    void withoutABandwidthThereIsNoLimit() {
        assertThat(read("{url: 'mqtt://localhost:1999'}").bytesPerSecond()).isZero();
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
                "{url: 'mqtt://[::1]', bandwith: 1kbit/s} | uplink.bandwith | bandwidth",
            })
    void whatIsWrongIsNamedWithItsRemedy(String yaml, String key, String part) {
        read(yaml);
        assertThat(messages()).anyMatch(m -> m.startsWith(key + ": ") && m.contains(part));
    }
}
