package io.drme.sim;

import io.drme.config.InvalidConfigException;
import io.drme.config.Nearest;
import io.drme.config.Node;
import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.YamlReader;
import io.drme.sim.fault.Faults;
import io.drme.time.Clock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.ServiceLoader;

/**
 * A scenario that runs: its devices, each listening on its address. Made, started and closed by one
 * thread.
 */
public final class Plant implements AutoCloseable {
    /** The most devices of one scenario; more of them belong in more processes. */
    public static final int MAX_DEVICES = 200;

    /**
     * One device of the plant.
     *
     * @param protocol the word in the scenario
     * @param faults what goes wrong with it
     */
    public record Member(String name, String protocol, SimulatedDevice device, Faults faults) {}

    private final List<Member> members;

    private Plant(List<Member> members) {
        this.members = List.copyOf(members);
    }

    /**
     * What the command line says beside the file.
     *
     * @param seed replaces the file's
     * @param listen replaces the addresses of devices by name
     * @param directory what paths in the scenario are relative to; without it the file's folder, of
     *     a text the working directory
     */
    public record Overrides(
            OptionalLong seed, Map<String, InetSocketAddress> listen, Optional<Path> directory) {
        /** Nothing replaced. */
        public static final Overrides NONE =
                new Overrides(OptionalLong.empty(), Map.of(), Optional.empty());
    }

    /**
     * Reads a scenario file; starts nothing.
     *
     * @throws InvalidConfigException with all that is wrong in it
     */
    public static Plant read(Path file, Overrides overrides, Clock clock)
            throws InvalidConfigException {
        var problems = new Problems();
        var top = YamlReader.read(file, problems);
        var directory = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file);
        return build(file.toString(), top, directory, new Setting(overrides, clock, problems));
    }

    /** Reads a scenario from a text as {@link #read} does; {@code name} stands for the file. */
    public static Plant parse(String name, String yaml, Overrides overrides, Clock clock)
            throws InvalidConfigException {
        var problems = new Problems();
        var top = YamlReader.parse(name, yaml, problems);
        return build(name, top, Path.of(""), new Setting(overrides, clock, problems));
    }

    private record Setting(Overrides overrides, Clock clock, Problems problems) {}

    private static Plant build(
            String name, Optional<Node.Mapping> top, Path directory, Setting setting)
            throws InvalidConfigException {
        var members = new ArrayList<Member>();
        var base = setting.overrides().directory().orElse(directory);
        if (top.isPresent()) {
            var scenario = new Section(top.get(), "", setting.problems());
            long seed = scenario.integer("seed", 1, Long.MIN_VALUE, Long.MAX_VALUE);
            var values = new ValueSources(setting.overrides().seed().orElse(seed), base);
            var devices = scenario.sections("devices");
            if (devices.isEmpty() || devices.size() > MAX_DEVICES) {
                scenario.problem(
                        "devices",
                        "has %d devices; expected 1 to %d".formatted(devices.size(), MAX_DEVICES));
            }
            var reader = new Reader(values, base, setting);
            devices.forEach((device, keys) -> reader.device(device, keys).ifPresent(members::add));
            scenario.done();
            for (var unknown : setting.overrides().listen().keySet()) {
                if (!devices.containsKey(unknown)) {
                    setting.problems()
                            .add(
                                    scenario.where(),
                                    "devices",
                                    "has no '%s' that --listen names; there are: %s"
                                            .formatted(
                                                    unknown, String.join(", ", devices.keySet())));
                }
            }
        }
        setting.problems().throwIfAny(name);
        return new Plant(members);
    }

    private static final class Reader {
        private final Map<String, SimulatedProtocol> protocols = new HashMap<>();
        private final ValueSources values;
        private final Path directory;
        private final Setting setting;
        private final long startNanos;

        Reader(ValueSources values, Path directory, Setting setting) {
            this.values = values;
            this.directory = directory;
            this.setting = setting;
            this.startNanos = setting.clock().nanoTime();
            ServiceLoader.load(SimulatedProtocol.class).forEach(p -> protocols.put(p.name(), p));
        }

        Optional<Member> device(String name, Section keys) {
            var word = keys.requiredText("protocol");
            var protocol = protocols.get(word);
            if (protocol == null) {
                if (!word.isBlank()) {
                    keys.problem("protocol", unknown(word));
                }
                return Optional.empty();
            }
            var fallback = Listen.loopback(protocol.defaultPort());
            var url =
                    keys.text("listen").filter(t -> protocol.schemes().contains(Listen.scheme(t)));
            var written =
                    url.isPresent()
                            ? Listen.parse(Listen.rest(url.get())).orElse(fallback)
                            : keys.parsed("listen", Listen.EXPECTED, Listen::parse)
                                    .orElse(fallback);
            var listen = setting.overrides().listen().getOrDefault(name, written);
            var faults = new Faults(setting.clock());
            var device =
                    protocol.device(
                            keys,
                            new DeviceContext(
                                    name,
                                    listen,
                                    url,
                                    values,
                                    faults,
                                    setting.clock(),
                                    startNanos,
                                    directory));
            device.ifPresentOrElse(
                    d ->
                            faults.schedule(
                                    new FaultSchedules(name, word, d, values).read(keys),
                                    startNanos),
                    () -> keys.node("faults"));
            keys.done();
            return device.map(d -> new Member(name, word, d, faults));
        }

        private String unknown(String word) {
            var known = protocols.keySet().stream().sorted().toList();
            return "'%s' is not known%s; allowed: %s"
                    .formatted(
                            word,
                            Nearest.to(word, known)
                                    .map(n -> " (did you mean '" + n + "'?)")
                                    .orElse(""),
                            String.join(", ", known));
        }
    }

    /**
     * Starts all devices, or none: where one can't start, those before it are closed.
     *
     * @throws IOException naming the device and what to do
     */
    public void start() throws IOException {
        for (var member : members) {
            try {
                member.device().start();
            } catch (IOException e) {
                close();
                throw new IOException(
                        "device '%s' can't start: %s".formatted(member.name(), e.getMessage()), e);
            }
        }
    }

    /** All devices in the order of the file. */
    public List<Member> members() {
        return members;
    }

    /** One device by its name. */
    public Optional<Member> member(String name) {
        return members.stream().filter(m -> m.name().equals(name)).findFirst();
    }

    /**
     * Where a device really listens.
     *
     * @throws IllegalArgumentException when there is none of this name
     */
    public InetSocketAddress address(String name) {
        return member(name)
                .orElseThrow(() -> new IllegalArgumentException("no device '" + name + "'"))
                .device()
                .address();
    }

    @Override
    public void close() {
        members.forEach(m -> m.device().close());
    }
}
