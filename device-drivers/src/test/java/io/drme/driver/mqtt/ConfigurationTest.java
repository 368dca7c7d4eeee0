package io.drme.driver.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.YamlReader;
import io.drme.driver.DeviceFixture;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a person may write, and what is said of what can't be meant. */
class ConfigurationTest {
    private final MqttDriverFactory factory = new MqttDriverFactory();

    private static Section section(String yaml, Problems problems) {
        return new Section(
                YamlReader.parse("test.yaml", yaml, problems).orElseThrow(), "", problems);
    }

    private List<String> deviceProblems(String url, String yaml) {
        var problems = new Problems();
        factory.settings(section(yaml, problems), url);
        return problems.list().stream().map(p -> p.key() + ": " + p.message()).toList();
    }

    private List<String> tagProblems(String yaml) {
        var problems = new Problems();
        var settings = factory.settings(section("{x: 1}", new Problems()), "mqtt://h");
        var tag = section(yaml, problems);
        factory.address(tag, settings);
        tag.done();
        return problems.list().stream().map(p -> p.key() + ": " + p.message()).toList();
    }

    @Test
    void whatIsNotWrittenHasItsDefault() {
        var fixture = DeviceFixture.of("b", factory, "url: mqtt://h\ntags: {a: {address: t/a}}");
        assertThat(fixture.spec().settings())
                .isEqualTo(
                        new MqttSettings(
                                "h",
                                1883,
                                false,
                                "",
                                Duration.ofSeconds(5),
                                new MqttSettings.Security(
                                        "",
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty())));
        var tag = fixture.spec().tags().getFirst();
        assertThat(tag.rawType()).isEqualTo(ValueType.FLOAT64);
        assertThat(tag.address())
                .isEqualTo(
                        new MqttAddress(
                                TopicFilter.parse("t/a").filter().orElseThrow(),
                                Content.PLAIN,
                                1,
                                MqttAddress.Retained.UNCERTAIN,
                                Duration.ZERO,
                                Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource({
        "mqtt://h, mqtt://h:1883",
        "mqtts://h, mqtts://h:8883",
        "mqtts://10.0.0.1:99/, mqtts://10.0.0.1:99",
        "'mqtt://[::1]:1884', 'mqtt://[::1]:1884'"
    })
    void urlsHaveThePortsOfTheirScheme(String url, String read) {
        var settings = (MqttSettings) factory.settings(section("{x: 1}", new Problems()), url);
        assertThat(settings.url()).isEqualTo(read);
    }

    @ParameterizedTest
    @CsvSource({
        "tcp://h:1883, is no address of a broker; expected mqtt://",
        "mqtt://, is no address of a broker",
        "mqtt://h:99999, is no address of a broker",
        "mqtt://h/topic, topics stand at the tags",
        "mqtt://me:secret@h, 'put it into user:'"
    })
    void urlsThatAreNoneSayWhatIsExpected(String url, String message) {
        assertThat(deviceProblems(url, "{x: 1}"))
                .singleElement()
                .asString()
                .startsWith("url: ")
                .contains(message);
    }

    @Test
    void whatBelongsTogetherIsAskedForTogether() {
        assertThat(deviceProblems("mqtts://h", "user: me"))
                .containsExactly(
                        "user: has no password-file; name the file that holds the password");
        assertThat(deviceProblems("mqtts://h", "password-file: f"))
                .containsExactly("password-file: has no user; add user, or remove the file");
        assertThat(deviceProblems("mqtts://h", "certificate: f"))
                .containsExactly(
                        "certificate: has no key; name the file that holds its private key");
        assertThat(deviceProblems("mqtt://h", "ca: f"))
                .containsExactly(
                        "ca: has no use without TLS; use mqtts:// in the url, or remove it");
        assertThat(deviceProblems("mqtt://h", "keep-alive: 1500ms"))
                .containsExactly("keep-alive: is no whole number of seconds; give one");
    }

    @ParameterizedTest
    @CsvSource({
        "'ward/+/pulse', has a bare wildcard",
        "'ward/#', has a bare wildcard",
        "'$share/g/ward', shared subscription",
        "'ward/x{bed}', 'a name stands for a whole level'"
    })
    void topicsThatAreNoTagSayWhy(String topic, String message) {
        assertThat(tagProblems("address: '%s'".formatted(topic)))
                .singleElement()
                .asString()
                .startsWith("address: '")
                .contains(message);
    }

    @Test
    void keysOfATagAreHeldToTheirForm() {
        assertThat(tagProblems("{address: t, path: bpm}"))
                .singleElement()
                .asString()
                .contains("'bpm' is not a JSON pointer, such as /bpm");
        assertThat(tagProblems("{address: t, optional: true}"))
                .containsExactly(
                        "optional: has no path that could be missing; add path, or remove it");
        assertThat(tagProblems("{address: t, time-format: ms}"))
                .containsExactly("time-format: has no time-path; add it, or remove the format");
        assertThat(tagProblems("{address: t, type: int16}"))
                .singleElement()
                .asString()
                .contains("allowed: bool, int64, float64, text");
        assertThat(tagProblems("{address: t, qos: 3}"))
                .singleElement()
                .asString()
                .contains("0 to 2");
    }

    @Test
    void metricsHaveANodeAndAName() {
        assertThat(tagProblems("{address: spBv1.0/plant, metric: a}"))
                .singleElement()
                .asString()
                .contains("expected spBv1.0/GROUP/NODE");
        assertThat(tagProblems("{address: spBv1.0/plant/+, metric: a}"))
                .singleElement()
                .asString()
                .contains("is no edge node");
        assertThat(tagProblems("address: spBv1.0/plant/press"))
                .containsExactly(
                        "metric: is missing; give the metric's name as the node's birth has it");
        assertThat(tagProblems("{address: t, metric: a}"))
                .singleElement()
                .asString()
                .contains("is of Sparkplug B, and the address is not");
        assertThat(tagProblems("{address: spBv1.0/plant/press, metric: a, path: /b}"))
                .singleElement()
                .asString()
                .contains("not a known key");
    }

    @Test
    void aSubscriptionServesAllTagsOfItsTopic() {
        var bound = new ArrayList<Routes.Bound>();
        for (var topic : List.of("a/b", "a/b", "a/c")) {
            bound.add(
                    new Routes.Bound(
                            bound.size(),
                            100 + bound.size(),
                            new MqttAddress(
                                    TopicFilter.parse(topic).filter().orElseThrow(),
                                    Content.PLAIN,
                                    bound.size() % 2,
                                    MqttAddress.Retained.SKIP,
                                    Duration.ZERO,
                                    Optional.empty()),
                            ValueType.FLOAT64));
        }
        var routes = new Routes(bound, List.of());
        assertThat(routes.subscriptions())
                .containsExactly(
                        new Routes.Subscription(
                                new BrokerLink.Request(1, "a/b", 1, false),
                                List.of(0, 1),
                                List.of()),
                        new Routes.Subscription(
                                new BrokerLink.Request(2, "a/c", 0, false), List.of(2), List.of()));
        assertThat(routes.of("a/b", List.of())).hasSize(2);
        assertThat(routes.of("a/b", List.of(2))).isEmpty();
        assertThat(routes.of("a/x", List.of(1))).isEmpty();
    }

    private static TopicFilter filter(String text) {
        return TopicFilter.parse(text).filter().orElseThrow();
    }

    @Test
    void aNameStandsForOneWord() {
        assertThat(filter("ward/{ward}/pulse").match("ward/7b/pulse"))
                .contains(Map.of("ward", "7b"));
        assertThat(filter("ward/{ward}/pulse").match("ward/7b/x/pulse")).isEmpty();
        assertThat(filter("ward/{ward}/pulse").match("ward//pulse")).contains(Map.of("ward", ""));
        assertThat(filter("{any}/version").match("$SYS/version")).isEmpty();
        assertThat(filter("ward/{ward}/pulse").text()).isEqualTo("ward/+/pulse");
    }

    @Test
    void aSubscriptionThatBringsAnotherAlongMakesItNeedless() {
        assertThat(filter("a/{x}").covers(filter("a/b"))).isTrue();
        assertThat(filter("a/{x}").covers(filter("a/{y}"))).isTrue();
        assertThat(filter("a/b").covers(filter("a/{x}"))).isFalse();
        assertThat(filter("a/{x}").covers(filter("a/b/c"))).isFalse();
        assertThat(filter("{x}/b").covers(filter("$SYS/b"))).isFalse();
    }
}
