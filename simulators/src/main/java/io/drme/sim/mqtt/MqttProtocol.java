package io.drme.sim.mqtt;

import io.drme.config.Section;
import io.drme.model.Value;
import io.drme.sim.DeviceContext;
import io.drme.sim.SimulatedDevice;
import io.drme.sim.SimulatedProtocol;
import io.drme.sim.ValueSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Reads simulated brokers from a scenario. */
public final class MqttProtocol implements SimulatedProtocol {
    private static final int DEFAULT_PORT = 1883;
    private static final int MOST_TOPICS = 10_000;
    private static final int MOST_QOS = 2;
    private static final Duration LEAST_EVERY = Duration.ofMillis(10);
    private static final Duration MOST_EVERY = Duration.ofDays(1);
    private static final Duration DEFAULT_EVERY = Duration.ofSeconds(1);
    private static final Pattern LAST_NUMBER = Pattern.compile(".*?([0-9]{1,9})[^0-9]*");
    private static final ValueSource NOTHING = _ -> new Value.Text("");

    @Override
    public String name() {
        return "mqtt";
    }

    @Override
    public int defaultPort() {
        return DEFAULT_PORT;
    }

    @Override
    public Optional<SimulatedDevice> device(Section device, DeviceContext context) {
        var every = device.duration("every", DEFAULT_EVERY, LEAST_EVERY, MOST_EVERY);
        var user = device.text("user", "");
        var password = device.text("password", "");
        var refuse = device.texts("refuse");
        for (var filter : refuse) {
            if (!Filters.isValid(filter)) {
                device.problem("refuse", "'%s' is no filter of topics; give one".formatted(filter));
            }
        }
        var topics = device.sections("topics");
        if (topics.size() > MOST_TOPICS) {
            device.problem(
                    "topics",
                    "has %d topics; expected at most %d".formatted(topics.size(), MOST_TOPICS));
        }
        List<Publication> publications = new ArrayList<>();
        topics.forEach((topic, keys) -> {
            publication(topic, keys, every, context).ifPresent(publications::add);
            keys.done();
        });
        List<EdgeNode> nodes = new ArrayList<>();
        var edge = device.sections("sparkplug");
        edge.forEach((name, keys) -> {
            node(name, keys, every, context).ifPresent(nodes::add);
            keys.done();
        });
        return publications.size() == topics.size() && nodes.size() == edge.size()
                ? Optional.of(
                        new Broker(
                                context,
                                new Broker.Rules(user, password, List.copyOf(refuse)),
                                publications,
                                nodes))
                : Optional.empty();
    }

    private static Optional<Publication> publication(
            String topic, Section keys, Duration usual, DeviceContext context) {
        if (topic.isEmpty() || topic.indexOf('+') >= 0 || topic.indexOf('#') >= 0) {
            keys.problems()
                    .add(
                            keys.where(),
                            keys.path(),
                            "'%s' is no topic; expected words without + and #".formatted(topic));
            return Optional.empty();
        }
        var address = address(topic);
        Map<String, ValueSource> fields = new LinkedHashMap<>();
        keys.sections("fields")
                .forEach((name, field) -> {
                    context.values().read(field, address).ifPresent(s -> fields.put(name, s));
                    field.done();
                });
        var time = keys.text("time", "");
        Optional<ValueSource> plain =
                keys.has("fields") || !time.isEmpty()
                        ? Optional.of(NOTHING)
                        : context.values().read(keys, address);
        var every = keys.duration("every", usual, LEAST_EVERY, MOST_EVERY);
        int qos = (int) keys.integer("qos", 0, 0, MOST_QOS - 1L);
        boolean retain = keys.bool("retain", false);
        return plain.map(
                p -> new Publication(topic, fields, p, time, every.toNanos(), qos, retain));
    }

    private static Optional<EdgeNode> node(
            String name, Section keys, Duration usual, DeviceContext context) {
        var every = keys.duration("every", usual, LEAST_EVERY, MOST_EVERY);
        var words = name.split("/", -1);
        if (words.length != 2 || words[0].isEmpty() || words[1].isEmpty()) {
            keys.problems()
                    .add(
                            keys.where(),
                            keys.path(),
                            "'%s' is no edge node; expected GROUP/NODE".formatted(name));
            return Optional.empty();
        }
        List<EdgeNode.Metric> metrics = new ArrayList<>();
        var sections = keys.sections("metrics");
        sections.forEach((metric, section) -> {
            var type = section.choice("type", EdgeNode.Type.DOUBLE);
            context.values()
                    .read(section, address(metric))
                    .ifPresent(value -> metrics.add(new EdgeNode.Metric(metric, type, value)));
            section.done();
        });
        return metrics.size() == sections.size()
                ? Optional.of(new EdgeNode(words[0], words[1], every.toNanos(), metrics))
                : Optional.empty();
    }

    /** The last number in the topic: {@code value: address} says which topic it is. */
    private static OptionalLong address(String topic) {
        var matcher = LAST_NUMBER.matcher(topic);
        return matcher.matches()
                ? OptionalLong.of(Long.parseLong(matcher.group(1)))
                : OptionalLong.empty();
    }
}
