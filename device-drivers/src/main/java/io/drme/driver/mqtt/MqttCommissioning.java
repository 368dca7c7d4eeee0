package io.drme.driver.mqtt;

import io.drme.config.InvalidConfigException;
import io.drme.driver.Commissioning;
import io.drme.driver.DriverException;
import io.drme.driver.Offer;
import io.drme.driver.TestDevice;
import io.drme.model.TagName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Listens for a while: a broker has no list of its topics, so what nobody publishes meanwhile is
 * not found.
 */
final class MqttCommissioning implements Commissioning {
    private static final String ADDRESS = "address";
    private static final String PATH = "path";
    private static final String TYPE = "type";

    /** Most brokers tell their version there and keep it; whether it comes is no matter. */
    private static final String BROKER_VERSION = "$SYS/broker/version";

    /** As many as a person can look through. */
    private static final int MOST_TOPICS = 5_000;

    private static final int MOST_FIELDS = 64;
    private static final int MOST_WAITING = 1_024;
    private static final int SHOWN = 60;
    private static final double ALL_PERCENT = 100;
    private static final Duration BROWSE = Duration.ofSeconds(10);
    private static final long LOOK_MILLIS = 100;

    /** What is heard, bounded: more are counted. */
    private static final class Ear implements BrokerLink.Listener {
        /** A message with the values in it. */
        private record Heard(String topic, List<Field> fields, boolean retained) {}

        private final BlockingQueue<Heard> queue = new ArrayBlockingQueue<>(MOST_WAITING);
        private final AtomicLong missed = new AtomicLong();

        @Override
        public void message(
                String topic, byte[] payload, boolean retained, List<Integer> subscriptions) {
            if (!queue.offer(new Heard(topic, List.copyOf(fields(payload)), retained))) {
                missed.incrementAndGet();
            }
        }

        @Override
        public void lost() {
            // The thread that listens looks.
        }
    }

    @Override
    public Map<String, String> firstTag() {
        return Map.of(ADDRESS, BROKER_VERSION, TYPE, "text");
    }

    @Override
    public boolean answersByConnecting() {
        return true;
    }

    @Override
    public List<Map<String, String>> firstTags(TestDevice device, String address)
            throws InvalidConfigException {
        var tags = List.of(Map.of(ADDRESS, address, TYPE, "text"));
        device.spec(tags);
        return tags;
    }

    @Override
    public List<Reading> read(TestDevice device, String address, Wish wish)
            throws InvalidConfigException, DriverException, InterruptedException {
        device.spec(List.of(Map.of(ADDRESS, address, TYPE, "text")));
        var valuesOf = new LinkedHashMap<Map<String, String>, List<String>>();
        int messages = 0;
        var ear = new Ear();
        var link = open(device, ear);
        try {
            subscribe(link, address);
            var clock = device.access().clock();
            long end =
                    clock.nanoTime()
                            + device.access().timeout().multipliedBy(wish.reads()).toNanos();
            while (messages < wish.reads() && clock.nanoTime() < end) {
                var heard = ear.queue.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                link.throwIfLost();
                if (heard != null) {
                    messages++;
                    heard.fields()
                            .forEach(f ->
                                    valuesOf.computeIfAbsent(f.keys(), _ -> new ArrayList<>())
                                            .add(f.shown()));
                }
            }
        } finally {
            link.close();
        }
        if (valuesOf.isEmpty()) {
            throw new DriverException.Refused(
                    "nobody published to %s within %d s; check the topic, wait longer (--timeout 10s), or list what there is: drme-agent browse %s"
                            .formatted(
                                    address,
                                    device.access()
                                            .timeout()
                                            .multipliedBy(wish.reads())
                                            .toSeconds(),
                                    device.url()),
                    null);
        }
        return valuesOf.entrySet().stream()
                .map(e -> new Reading(e.getKey(), List.copyOf(e.getValue()), ALL_PERCENT))
                .toList();
    }

    @Override
    public void browse(TestDevice device, Extent extent, Listener listener)
            throws InvalidConfigException, DriverException, InterruptedException {
        device.spec(List.of(firstTag()));
        var filter = extent.topic().isEmpty() ? "#" : extent.topic();
        var time = extent.listen().isZero() ? BROWSE : extent.listen();
        var found = new Found(listener);
        var ear = new Ear();
        var link = open(device, ear);
        try {
            subscribe(link, filter);
            var clock = device.access().clock();
            long begun = clock.nanoTime();
            long left = time.toNanos();
            while (left > 0) {
                listener.at(
                        "%s, %d s more".formatted(filter, Duration.ofNanos(left).toSeconds() + 1));
                var heard = ear.queue.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                link.throwIfLost();
                if (heard != null) {
                    found.add(heard);
                }
                left = time.toNanos() - (clock.nanoTime() - begun);
            }
        } finally {
            link.close();
        }
        found.conclude(ear.missed.get(), time, filter);
    }

    private static BrokerLink open(TestDevice device, Ear ear)
            throws InvalidConfigException, DriverException, InterruptedException {
        var spec = device.spec(List.of());
        var settings = (MqttSettings) spec.settings();
        var id =
                settings.clientId().isEmpty()
                        ? "drme-try-%08x".formatted(RandomGenerator.getDefault().nextInt())
                        : settings.clientId();
        return BrokerLink.open(
                new BrokerLink.Target(spec.name(), settings, id, device.access().timeout()),
                ear,
                device.access().clock());
    }

    private static void subscribe(BrokerLink link, String filter)
            throws DriverException, InterruptedException {
        var refusal =
                link.subscribe(List.of(new BrokerLink.Request(1, filter, 1, true))).getFirst();
        if (!refusal.isEmpty()) {
            throw new DriverException.Refused(
                    "the broker refused the topic %s with %s".formatted(filter, refusal), null);
        }
    }

    /**
     * One value in a payload.
     *
     * @param keys that a tag of it has beside the address
     */
    private record Field(String path, Map<String, String> keys, String shown) {}

    /** The values in a payload: of a document each leaf, otherwise the whole. */
    private static List<Field> fields(byte[] payload) {
        var fields = new ArrayList<Field>();
        try {
            if (Json.read(payload) instanceof Json.Members document) {
                var root = new JsonPointer("", List.of());
                leaves(document, root, fields);
                return fields;
            }
        } catch (Json.NotJsonException _) {
            // Then the whole is the value.
        }
        var text = new String(payload, java.nio.charset.StandardCharsets.UTF_8);
        fields.add(new Field("", Map.of(TYPE, type(text)), shown(text)));
        return fields;
    }

    private static void leaves(Json json, JsonPointer at, List<Field> fields) {
        if (fields.size() >= MOST_FIELDS) {
            return;
        }
        switch (json) {
            case Json.Members(Map<String, Json> byName) ->
                    byName.forEach((name, child) -> leaves(child, at.child(name), fields));
            case Json.Items(List<Json> items) -> {
                for (int i = 0; i < items.size(); i++) {
                    leaves(items.get(i), at.child(Integer.toString(i)), fields);
                }
            }
            case Json.Text(String text) -> fields.add(leaf(at, type(text), text));
            case Json.Numeral(String written) -> fields.add(leaf(at, "float64", written));
            case Json.Truth(boolean is) -> fields.add(leaf(at, "bool", Boolean.toString(is)));
            case Json.Nothing _ -> fields.add(leaf(at, "float64", "null"));
        }
    }

    private static Field leaf(JsonPointer at, String type, String value) {
        var keys = new LinkedHashMap<String, String>();
        keys.put(PATH, at.text());
        keys.put(TYPE, type);
        return new Field(at.text(), keys, shown(value));
    }

    private static String type(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true", "false", "on", "off" -> "bool";
            case String word -> Payload.isNumber(word) ? "float64" : "text";
        };
    }

    private static String shown(String text) {
        var line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() > SHOWN ? line.substring(0, SHOWN) + "…" : line;
    }

    /** The offers of a browse: each value of each topic once. */
    private static final class Found {
        private final Listener listener;
        private final Set<String> topics = new HashSet<>();
        private final Set<String> names = new HashSet<>();
        private final Set<String> seen = new HashSet<>();
        private int unfit;

        Found(Listener listener) {
            this.listener = listener;
        }

        void add(Ear.Heard heard) {
            if (topics.size() >= MOST_TOPICS && !topics.contains(heard.topic())) {
                return;
            }
            topics.add(heard.topic());
            if (TopicFilter.parse(heard.topic())
                    .filter()
                    .filter(TopicFilter::isOneTopic)
                    .isEmpty()) {
                unfit++;
                return;
            }
            for (var field : heard.fields()) {
                if (seen.size() < MOST_TOPICS * 2 && seen.add(heard.topic() + " " + field.path())) {
                    offer(heard, field);
                }
            }
        }

        private void offer(Ear.Heard heard, Field field) {
            var name = free(TagWords.path(heard.topic() + field.path()));
            if (name == null) {
                unfit++;
                return;
            }
            var keys = new LinkedHashMap<String, String>();
            keys.put(ADDRESS, heard.topic());
            keys.putAll(field.keys());
            listener.found(
                    new Offer(
                            name,
                            keys,
                            field.shown(),
                            heard.retained() ? "kept by the broker, of unknown age" : ""));
        }

        /** Two topics may come to the same name. */
        private @Nullable String free(String name) {
            for (int n = 1; n < MOST_FIELDS; n++) {
                var candidate = n == 1 ? name : name + "-" + n;
                if (TagName.isValid(candidate) && names.add(candidate)) {
                    return candidate;
                }
            }
            return null;
        }

        void conclude(long missed, Duration time, String filter) {
            listener.note(
                    "a broker has no list: these are the topics of %s that were published within %d s, or kept"
                            .formatted(filter, time.toSeconds()));
            if (topics.size() >= MOST_TOPICS) {
                listener.note(
                        "the list ends at %d topics; narrow it with --topic"
                                .formatted(MOST_TOPICS));
            }
            if (missed > 0) {
                listener.note("%d messages came too quickly to be looked at".formatted(missed));
            }
            if (unfit > 0) {
                listener.note(
                        "%d topics have no name that a tag could have; they are left out"
                                .formatted(unfit));
            }
        }
    }
}
