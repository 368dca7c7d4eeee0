package io.drme.driver.gpio;

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
import io.drme.sim.gpio.GpioProtocol;
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

/** A simulated chip and drivers for it, from the texts that a person would write. */
final class GpioRig implements DriverContract.Rig {
    static final int FIRST_INDEX = 200;

    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final String chipYaml;
    private final List<String> tagYaml;
    private final Clock clock = new SystemClock();
    private final Faults faults = new Faults(clock);
    private final InetSocketAddress address;
    private SimulatedDevice chip;

    GpioRig(String chipYaml, List<String> tagYaml) throws IOException {
        this.chipYaml = chipYaml;
        this.tagYaml = tagYaml;
        this.chip = simulator(0);
        chip.start();
        this.address = chip.address();
    }

    private SimulatedDevice simulator(int port) {
        var problems = new Problems();
        var context =
                new DeviceContext(
                        "cabinet-sim",
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        new ValueSources(1, Path.of("")),
                        faults,
                        clock,
                        clock.nanoTime(),
                        Path.of(""));
        var device = new GpioProtocol().device(section(chipYaml, problems), context);
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

    InetSocketAddress address() {
        return address;
    }

    Faults faults() {
        return faults;
    }

    @Override
    public Driver driver() {
        return driver("sim://127.0.0.1:" + address.getPort(), tagYaml, clock);
    }

    @Override
    public Driver driverToNowhere() {
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return driver("sim://127.0.0.1:" + probe.getLocalPort(), tagYaml, clock);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static Driver driver(String url, List<String> tagYaml, Clock clock) {
        var factory = new GpioDriverFactory();
        var problems = new Problems();
        var settings = factory.settings(section("driver: gpio", problems), url);
        var tags = new ArrayList<TagSpec>();
        for (int i = 0; i < tagYaml.size(); i++) {
            var address =
                    factory.address(section(tagYaml.get(i), problems), settings).orElseThrow();
            tags.add(
                    new TagSpec(
                            new TagName("cabinet/t" + i),
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
        var spec = new DeviceSpec("cabinet", "gpio", url, TIMEOUT, settings, tags);
        return factory.create(spec, List.of(group), Path.of("unused"), clock);
    }

    @Override
    public String device() {
        return "cabinet";
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
        chip.close();
    }

    @Override
    public void restart() throws IOException {
        chip = simulator(address.getPort());
        chip.start();
    }

    @Override
    public void close() {
        chip.close();
    }
}
