package io.drme.driver.mqtt;

import io.drme.config.Section;
import io.drme.driver.Commissioning;
import io.drme.driver.DeviceSpec;
import io.drme.driver.Driver;
import io.drme.driver.DriverFactory;
import io.drme.driver.DriverSettings;
import io.drme.driver.FoundTag;
import io.drme.driver.PollGroup;
import io.drme.driver.TagTemplate;
import io.drme.model.ValueType;
import io.drme.time.Clock;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Makes MQTT drivers. Names no class of Paho, so that finding it costs nothing. */
public final class MqttDriverFactory implements DriverFactory {
    private static final int DEFAULT_QOS = 1;
    private static final int MOST_QOS = 2;
    private static final Duration MOST_EXPIRE = Duration.ofDays(31);

    private static final Map<String, ValueType> TYPES =
            Map.of(
                    "bool", ValueType.BOOLEAN,
                    "int64", ValueType.INT64,
                    "float64", ValueType.FLOAT64,
                    "text", ValueType.TEXT);

    @Override
    public String name() {
        return "mqtt";
    }

    @Override
    public boolean polled() {
        return false;
    }

    @Override
    public DriverSettings settings(Section device, String url) {
        return MqttSettings.read(device, url);
    }

    @Override
    public Optional<Address> address(Section tag, DriverSettings settings) {
        var text = tag.requiredText("address");
        if (MetricName.isSparkplug(text)) {
            return metric(tag, text);
        }
        if (tag.has("metric")) {
            tag.problem(
                    "metric",
                    "is of Sparkplug B, and the address is not; give an address such as spBv1.0/GROUP/NODE, or remove it");
        }
        var parsed = TopicFilter.parse(text);
        var topic = parsed.filter().filter(_ -> !text.isBlank());
        if (!parsed.problem().isEmpty()) {
            tag.problem("address", "'%s' %s".formatted(text, parsed.problem()));
        }
        var type = type(tag);
        var content = Content.read(tag);
        int qos = (int) tag.integer("qos", DEFAULT_QOS, 0, MOST_QOS);
        var retained = tag.choice("retained", MqttAddress.Retained.UNCERTAIN);
        var expire = tag.duration("expire", Duration.ZERO, Duration.ZERO, MOST_EXPIRE);
        int most = (int) tag.integer("max-tags", TagTemplate.DEFAULT_MOST, 1, TagTemplate.MOST);
        if (topic.isPresent() && topic.get().isOneTopic() && tag.has("max-tags")) {
            tag.problem(
                    "max-tags",
                    "has no {name} in the address of which there could be many; remove it, or add one");
        }
        return topic.map(t ->
                new Address(
                        new MqttAddress(t, content, qos, retained, expire, Optional.empty()),
                        type,
                        t.names(),
                        most));
    }

    private static ValueType type(Section tag) {
        return tag.parsed(
                        "type",
                        "a type of MQTT tags; allowed: bool, int64, float64, text",
                        word -> Optional.ofNullable(TYPES.get(word)))
                .orElse(ValueType.FLOAT64);
    }

    /** A metric of Sparkplug B, which has its own time, type and quality. */
    private static Optional<Address> metric(Section tag, String text) {
        var metric = tag.text("metric").orElse("");
        var name = MetricName.parse(text, metric);
        if (name.isEmpty()) {
            tag.problem(
                    "address",
                    "'%s' is no edge node; expected spBv1.0/GROUP/NODE or spBv1.0/GROUP/NODE/DEVICE, and the metric's name under metric"
                            .formatted(text));
        }
        if (metric.isEmpty()) {
            tag.missing("metric", "give the metric's name as the node's birth has it");
        }
        var type = type(tag);
        var expire = tag.duration("expire", Duration.ZERO, Duration.ZERO, MOST_EXPIRE);
        return name.filter(_ -> !metric.isEmpty())
                .map(n ->
                        new Address(
                                new MqttAddress(
                                        TopicFilter.ofTopic(text),
                                        Content.PLAIN,
                                        DEFAULT_QOS,
                                        MqttAddress.Retained.SKIP,
                                        expire,
                                        Optional.of(n)),
                                type));
    }

    @Override
    public Optional<FoundTag> found(TagTemplate template, String address) {
        var pattern = (MqttAddress) template.like().address();
        return pattern.topic()
                .match(address)
                .flatMap(words -> TagWords.name(template, words))
                .map(name ->
                        new FoundTag(template, address, template.tag(name, pattern.at(address))));
    }

    @Override
    public List<String> schemes() {
        return List.of("mqtt", "mqtts");
    }

    @Override
    public String place(String url) {
        try {
            var uri = URI.create(url.strip());
            int otherwise =
                    "mqtts".equals(uri.getScheme()) ? MqttSettings.TLS_PORT : MqttSettings.PORT;
            int port = uri.getPort() < 0 ? otherwise : uri.getPort();
            return uri.getHost() == null ? url : "mqtt://%s:%d".formatted(uri.getHost(), port);
        } catch (IllegalArgumentException _) {
            return url;
        }
    }

    @Override
    public Optional<Commissioning> commissioning() {
        return Optional.of(new MqttCommissioning());
    }

    @Override
    public Driver create(DeviceSpec device, List<PollGroup> groups, Path directory, Clock clock) {
        return new MqttDriver(device, groups.getFirst(), clock, RandomGenerator.getDefault());
    }
}
