package io.drme.driver.opcua;

import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.YamlReader;
import io.drme.driver.DeviceSpec;
import io.drme.driver.Driver;
import io.drme.driver.DriverContract;
import io.drme.driver.PollGroup;
import io.drme.driver.TagSpec;
import io.drme.model.SyncMode;
import io.drme.model.TagName;
import io.drme.sim.DeviceContext;
import io.drme.sim.SimulatedDevice;
import io.drme.sim.ValueSources;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import io.drme.sim.opcua.OpcUaProtocol;
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

/** A simulated server and drivers for it, from the texts that a person would write. */
final class OpcUaRig implements DriverContract.Rig {
    static final Duration TIMEOUT = Duration.ofSeconds(1);

    /** Table indexes differ from positions, as they do in a gateway with several devices. */
    static final int FIRST_INDEX = 100;

    private final Path directory;
    private final String serverYaml;
    private final List<String> tagYaml;
    private final String security;
    private final Faults faults;
    private final Clock clock = new SystemClock();
    private SimulatedDevice server;
    private final InetSocketAddress address;

    /**
     * Starts a server.
     *
     * @param serverYaml keys of the simulated device
     * @param security the driver's {@code security:} mapping, or empty
     * @param tagYaml each tag's mapping
     */
    OpcUaRig(Path directory, String serverYaml, String security, List<String> tagYaml)
            throws IOException {
        this.directory = directory;
        this.serverYaml = serverYaml;
        this.security = security;
        this.tagYaml = tagYaml;
        this.faults = new Faults(clock);
        this.server = simulator(serverYaml, 0);
        server.start();
        this.address = server.address();
    }

    private SimulatedDevice simulator(String yaml, int port) {
        var problems = new Problems();
        var section = section("pki: pki/boiler-sim\n" + yaml, problems);
        var context =
                new DeviceContext(
                        "boiler-sim",
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        new ValueSources(1, directory),
                        faults,
                        clock,
                        clock.nanoTime(),
                        directory);
        var device = new OpcUaProtocol().device(section, context);
        if (!problems.none()) {
            throw new IllegalArgumentException(problems.list().toString());
        }
        return device.orElseThrow();
    }

    static Section section(String yaml, Problems problems) {
        return new Section(
                YamlReader.parse("test.yaml", yaml, problems)
                        .orElseThrow(
                                () -> new IllegalArgumentException(problems.list().toString())),
                "",
                problems);
    }

    /** The same server with another configuration, from the next start on. */
    void restartAs(String yaml) throws IOException {
        server.close();
        server = simulator(yaml, address.getPort());
        server.start();
    }

    Faults faults() {
        return faults;
    }

    Path directory() {
        return directory;
    }

    @Override
    public Driver driver() {
        return driver(url());
    }

    @Override
    public Driver driverToNowhere() {
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return driver("opc.tcp://127.0.0.1:" + probe.getLocalPort());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    Driver driver(String url) {
        return built(url, security, tagYaml, directory.resolve("agent"), clock).driver();
    }

    static Built built(
            String url, String security, List<String> tagYaml, Path directory, Clock clock) {
        var factory = new OpcUaDriverFactory();
        var problems = new Problems();
        var yaml = security.isEmpty() ? "driver: opcua" : "security: " + security;
        var settings = factory.settings(section(yaml, problems), url);
        var tags = new ArrayList<TagSpec>();
        for (int i = 0; i < tagYaml.size(); i++) {
            var address =
                    factory.address(section(tagYaml.get(i), problems), settings).orElseThrow();
            tags.add(
                    new TagSpec(
                            new TagName("boiler/t" + i),
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
        var spec = new DeviceSpec("boiler", "opcua", url, TIMEOUT, settings, tags);
        return new Built(spec, group, factory.create(spec, List.of(group), directory, clock));
    }

    /** A driver with what it was made of, as its loop wants it. */
    record Built(DeviceSpec spec, PollGroup group, Driver driver) {}

    Built built() {
        return built(url(), security, tagYaml, directory.resolve("agent"), clock);
    }

    String url() {
        return "opc.tcp://127.0.0.1:%d/boiler".formatted(address.getPort());
    }

    @Override
    public String device() {
        return "boiler";
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
        server.close();
    }

    @Override
    public void restart() throws IOException {
        server = simulator(serverYaml, address.getPort());
        server.start();
    }

    @Override
    public void close() {
        server.close();
    }
}
