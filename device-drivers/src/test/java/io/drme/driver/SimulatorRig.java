package io.drme.driver;

import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.YamlReader;
import io.drme.model.SyncMode;
import io.drme.model.TagName;
import io.drme.sim.DeviceContext;
import io.drme.sim.SimulatedDevice;
import io.drme.sim.SimulatedProtocol;
import io.drme.sim.ValueSources;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import io.drme.time.Clock;
import io.drme.time.SystemClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A simulated device of one protocol, and drivers for it, from the texts that a person would write.
 * A protocol's own rig says how its simulator is made and what its addresses look like.
 */
public abstract class SimulatorRig implements DriverContract.Rig {
    /** Of a driver's whole answer. */
    public static final Duration TIMEOUT = Duration.ofSeconds(1);

    /** Table indexes differ from positions, as they do in a gateway with several devices. */
    public static final int FIRST_INDEX = 100;

    private final String device;
    private final Path directory;
    private final SimulatedProtocol protocol;
    private final List<String> tagYaml;
    private final Clock clock = new SystemClock();
    private final Faults faults = new Faults(clock);
    private String deviceYaml;
    private SimulatedDevice simulator;
    private final InetSocketAddress address;

    /**
     * Starts a simulator.
     *
     * @param device the name of the device, and of the first word of its tags
     * @param deviceYaml keys of the simulated device
     * @param tagYaml each tag's mapping
     */
    protected SimulatorRig(
            String device,
            Path directory,
            SimulatedProtocol protocol,
            String deviceYaml,
            List<String> tagYaml)
            throws IOException {
        this.device = device;
        this.directory = directory;
        this.protocol = protocol;
        this.deviceYaml = deviceYaml;
        this.tagYaml = List.copyOf(tagYaml);
        this.simulator = make(0);
        simulator.start();
        this.address = simulator.address();
    }

    private SimulatedDevice make(int port) {
        var problems = new Problems();
        var context =
                new DeviceContext(
                        device + "-sim",
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        Optional.empty(),
                        new ValueSources(1, directory),
                        faults,
                        clock,
                        clock.nanoTime(),
                        directory);
        var made = protocol.device(section(deviceYaml, problems), context);
        if (!problems.none()) {
            throw new IllegalArgumentException(problems.list().toString());
        }
        return made.orElseThrow();
    }

    /** A text as the configuration reader sees it. */
    public static Section section(String yaml, Problems problems) {
        return new Section(
                YamlReader.parse("test.yaml", yaml, problems)
                        .orElseThrow(
                                () -> new IllegalArgumentException(problems.list().toString())),
                "",
                problems);
    }

    /** A driver with what it was made of, as its loop wants it. */
    public record Built(DeviceSpec spec, PollGroup group, Driver driver) {}

    /**
     * A driver as the agent would make it.
     *
     * @param yaml the device's own keys
     */
    protected Built built(DriverFactory factory, String yaml, String url) {
        return built(factory, device, yaml, url, tagYaml, directory.resolve("agent"));
    }

    /** The same for a device that is none of a rig's. */
    protected static Built built(
            DriverFactory factory,
            String device,
            String yaml,
            String url,
            List<String> tagYaml,
            Path directory) {
        var problems = new Problems();
        var settings = factory.settings(section(yaml, problems), url);
        var tags = new ArrayList<TagSpec>();
        for (int i = 0; i < tagYaml.size(); i++) {
            var address =
                    factory.address(section(tagYaml.get(i), problems), settings).orElseThrow();
            tags.add(
                    new TagSpec(
                            new TagName(device + "/t" + i),
                            address.rawType(),
                            address.rawType(),
                            "",
                            1,
                            0,
                            Double.NEGATIVE_INFINITY,
                            Double.POSITIVE_INFINITY,
                            0,
                            Duration.ofSeconds(1),
                            Duration.ofSeconds(10),
                            new SyncMode.Raw(),
                            address.address()));
        }
        if (!problems.none()) {
            throw new IllegalArgumentException(problems.list().toString());
        }
        var group =
                new PollGroup(
                        Duration.ofSeconds(1),
                        IntStream.range(0, tags.size()).boxed().toList(),
                        IntStream.range(0, tags.size()).map(i -> FIRST_INDEX + i).boxed().toList());
        var spec = new DeviceSpec(device, factory.name(), url, TIMEOUT, settings, tags);
        return new Built(
                spec, group, factory.create(spec, List.of(group), directory, new SystemClock()));
    }

    /** A driver for the device at a URL; the rig's own device is at {@link #url}. */
    protected abstract Driver driver(String url);

    /** Where a device at this port of this machine is. */
    protected abstract String url(int port);

    /** Where the simulated device is. */
    public String url() {
        return url(address.getPort());
    }

    /** The same device with another configuration, at once. */
    public void restartAs(String yaml) throws IOException {
        simulator.close();
        deviceYaml = yaml;
        restart();
    }

    /** Where the simulator listens; it keeps its port over restarts. */
    public InetSocketAddress address() {
        return address;
    }

    /** What the simulator can do wrong. */
    public Set<FaultKind> faultKinds() {
        return simulator.faultKinds();
    }

    /** What can be wrong with the device. */
    public Faults faults() {
        return faults;
    }

    /** The folder that the rig was given. */
    public Path directory() {
        return directory;
    }

    @Override
    public Driver driver() {
        return driver(url());
    }

    @Override
    public Driver driverToNowhere() {
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return driver(url(probe.getLocalPort()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String device() {
        return device;
    }

    @Override
    public Set<Integer> tags() {
        return IntStream.range(0, tagYaml.size())
                .map(i -> FIRST_INDEX + i)
                .boxed()
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public int known() {
        return FIRST_INDEX;
    }

    @Override
    public int unknown() {
        return FIRST_INDEX + 1;
    }

    @Override
    public void unplug() {
        faults.set(Faults.WHOLE, Fault.of(FaultKind.SILENT), Optional.empty());
    }

    @Override
    public void replug() {
        faults.set(Faults.WHOLE, Fault.NONE, Optional.empty());
    }

    @Override
    public void kill() {
        simulator.close();
    }

    @Override
    public void restart() throws IOException {
        simulator = make(address.getPort());
        simulator.start();
    }

    @Override
    public void close() {
        simulator.close();
    }
}
