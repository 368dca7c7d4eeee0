package io.drme.driver;

import io.drme.config.InvalidConfigException;
import io.drme.config.Node;
import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.Where;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.SyncMode;
import io.drme.model.TagName;
import io.drme.time.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A device that nobody configured yet, for a person who tries it: read through the same drivers as
 * the agent reads it, over a connection of its own.
 *
 * <p>Confined to the thread that makes it; its calls block, each bounded by the time limit.
 */
public final class TestDevice {
    private static final String NAME = "device";
    private static final Where COMMAND = new Where("command line", 1, 1);

    /** A device that tells by itself may take some time limits until it has told of each tag. */
    private static final int TAKES = 5;

    private final DriverFactory factory;
    private final String url;
    private final Map<String, Node> keys;
    private final Access access;

    /**
     * How to get at it.
     *
     * @param timeout bounds each request, and each step of a connect
     * @param directory where a driver keeps files of its own, such as certificates
     */
    public record Access(Duration timeout, Path directory, Clock clock) {}

    /**
     * One value that was read.
     *
     * @param tag its place in the list that was asked for
     * @param bits of a value that is good
     * @param shown the value as text, or why there is none
     */
    public record Sample(int tag, boolean good, long bits, String shown) {}

    /**
     * Describes a device; connects nothing.
     *
     * @param keys the device's own beside {@code url}, as in gateway.yaml
     */
    public TestDevice(DriverFactory factory, String url, Map<String, Node> keys, Access access) {
        this.factory = factory;
        this.url = url;
        this.keys = Map.copyOf(keys);
        this.access = access;
    }

    /** Its driver's factory. */
    public DriverFactory factory() {
        return factory;
    }

    /** Where it is. */
    public String url() {
        return url;
    }

    /** How to get at it. */
    public Access access() {
        return access;
    }

    /** A value of a key. */
    public static Node text(String value) {
        return new Node.Scalar(COMMAND, value, false);
    }

    /** Keys and their values below a key. */
    public static Node mapping(Map<String, Node> below) {
        var entries = new LinkedHashMap<String, Node.Entry>();
        below.forEach((key, value) -> entries.put(key, new Node.Entry(COMMAND, value)));
        return new Node.Mapping(COMMAND, entries);
    }

    /**
     * The device as it would be configured.
     *
     * @param tags the keys of each, {@code address} and what else is known
     * @throws InvalidConfigException with all that is wrong with keys and tags
     */
    public DeviceSpec spec(List<Map<String, String>> tags) throws InvalidConfigException {
        var problems = new Problems();
        var device = new Section((Node.Mapping) mapping(keys), "", problems);
        var settings = factory.settings(device, url);
        device.done();
        var specs = new ArrayList<TagSpec>();
        for (int i = 0; i < tags.size(); i++) {
            var texts = new LinkedHashMap<String, Node>();
            tags.get(i).forEach((key, value) -> texts.put(key, text(value)));
            var tag = new Section((Node.Mapping) mapping(texts), "", problems);
            var name = new TagName(NAME + "/" + i);
            factory.address(tag, settings).ifPresent(a -> specs.add(tag(name, a)));
            tag.done();
        }
        problems.throwIfAny(url);
        return new DeviceSpec(NAME, factory.name(), url, access.timeout(), settings, specs);
    }

    private TagSpec tag(TagName name, DriverFactory.Address address) {
        return new TagSpec(
                name,
                address.rawType(),
                address.rawType(),
                "",
                1,
                0,
                Double.NEGATIVE_INFINITY,
                Double.POSITIVE_INFINITY,
                0,
                factory.defaultPoll(),
                factory.defaultPoll(),
                new SyncMode.Raw(),
                address.address());
    }

    /** Opens a session for a device; connects nothing yet. */
    public Session open(DeviceSpec spec) {
        return new Session(spec);
    }

    /** A connection to it; to be closed. */
    public final class Session implements AutoCloseable {
        private final DeviceSpec spec;
        private final Driver driver;

        private Session(DeviceSpec spec) {
            this.spec = spec;
            var all = IntStream.range(0, spec.tags().size()).boxed().toList();
            var group = new PollGroup(factory.defaultPoll(), all, all);
            this.driver = factory.create(spec, List.of(group), access.directory(), access.clock());
        }

        /** Connects unless connected. */
        public void connect() throws DriverException, InterruptedException {
            driver.connect();
        }

        /**
         * Reads every tag once, or of a device that tells by itself the present value of each.
         *
         * @return in the order of the tags; of those that a device did not tell of there is none
         */
        public List<Sample> read() throws DriverException, InterruptedException {
            var batch = new Batch(spec.tags().size());
            batch.begin(0, 0);
            switch (driver) {
                case PolledDriver polled -> polled.poll(0, batch);
                case PushedDriver pushed -> {
                    for (int i = 0; i < TAKES && told(batch) < spec.tags().size(); i++) {
                        pushed.take(batch, access.timeout());
                    }
                }
            }
            return IntStream.range(0, spec.tags().size())
                    .mapToObj(tag -> last(batch, tag))
                    .flatMap(Optional::stream)
                    .toList();
        }

        private long told(Batch batch) {
            return IntStream.range(0, batch.size()).map(i -> batch.tags()[i]).distinct().count();
        }

        private Optional<Sample> last(Batch batch, int tag) {
            for (int i = batch.size() - 1; i >= 0; i--) {
                if (batch.tags()[i] == tag) {
                    return Optional.of(sample(batch, i));
                }
            }
            return Optional.empty();
        }

        private Sample sample(Batch batch, int at) {
            int tag = batch.tags()[at];
            byte quality = batch.qualities()[at];
            long bits = batch.bits()[at];
            if (Quality.isBad(quality)) {
                return new Sample(tag, false, 0, "bad: " + Quality.reason(quality).text());
            }
            var shown =
                    switch (spec.tags().get(tag).rawType()) {
                        case BOOLEAN -> Boolean.toString(bits != 0);
                        case INT64 -> Long.toString(bits);
                        case FLOAT64 -> Double.toString(Double.longBitsToDouble(bits));
                        case TEXT -> String.valueOf(batch.text(at));
                    };
            return new Sample(tag, true, bits, shown);
        }

        @Override
        public void close() {
            driver.close();
        }
    }
}
