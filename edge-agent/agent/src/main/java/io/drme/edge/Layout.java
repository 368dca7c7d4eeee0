package io.drme.edge;

import io.drme.alarm.Alarms;
import io.drme.config.InvalidConfigException;
import io.drme.config.Problems;
import io.drme.driver.DeviceSpec;
import io.drme.driver.DriverFactory;
import io.drme.driver.PollGroup;
import io.drme.driver.TagSpec;
import io.drme.edge.acquisition.Plan;
import io.drme.edge.config.GatewayConfig;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import io.drme.stream.Pipelines;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Gives tags their indexes and poll groups their numbers, and keeps them over reloads, so that what
 * a device that was not touched has under way still means the same. Confined to the thread that
 * loads configurations.
 */
final class Layout {
    /** Derived samples are a group of their own: they have no poll. */
    static final int DERIVED_GROUP = 0;

    private final Map<String, DriverFactory> factories;
    private final Map<String, Placed> placed = new LinkedHashMap<>();
    private TagTable table = TagTable.EMPTY;
    private int nextGroup = DERIVED_GROUP + 1;

    Layout(Map<String, DriverFactory> factories) {
        this.factories = factories;
    }

    /**
     * A device with its place.
     *
     * @param firstGroup the gateway's number of its first poll group
     */
    record Placed(DeviceSpec spec, List<PollGroup> groups, int firstGroup) {}

    /** A configuration that is ready to run. */
    record Ready(Plan plan, List<Placed> devices, TagTable table) {}

    /**
     * Places a configuration. What is wrong beyond single sections, such as a pipeline without a
     * tag, is found here; the layout then stays as it was.
     *
     * @throws InvalidConfigException with all of it
     */
    Ready place(GatewayConfig config, String file) throws InvalidConfigException {
        var devices = new ArrayList<>(config.devices());
        devices.add(SystemTags.device());
        var specs = devices.stream().flatMap(d -> d.tags().stream()).toList();
        var extended = table.with(specs.stream().map(Layout::tag).toList());
        var problems = new Problems();
        var pipelines =
                Pipelines.compile(
                        config.pipelines(),
                        extended,
                        specs.stream().map(TagSpec::name).toList(),
                        problems);
        var alarms = new ArrayList<>(config.alarms());
        alarms.addAll(SystemTags.alarms());
        var compiled = Alarms.compile(alarms, config.gateway().id().text(), pipelines, problems);
        problems.throwIfAny(file);
        table = pipelines.table();
        var ready = devices.stream().map(this::placeDevice).toList();
        var plan = new Plan(specs, pipelines, compiled, DERIVED_GROUP, groupNumbers(ready));
        return new Ready(plan, ready, table);
    }

    private static Set<Integer> groupNumbers(List<Placed> devices) {
        return devices.stream()
                .flatMap(d ->
                        IntStream.range(0, d.groups().size()).mapToObj(i -> d.firstGroup() + i))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Tag tag(TagSpec spec) {
        return new Tag(spec.name(), spec.type(), spec.unit(), spec.deadband(), spec.sync());
    }

    private Placed placeDevice(DeviceSpec spec) {
        var before = placed.get(spec.name());
        if (before != null && before.spec().equals(spec)) {
            return before;
        }
        var groups = groups(spec);
        var now = new Placed(spec, groups, nextGroup);
        nextGroup += groups.size();
        placed.put(spec.name(), now);
        return now;
    }

    /** A polled device has a group for each interval; one that pushes has one in all. */
    private List<PollGroup> groups(DeviceSpec spec) {
        var factory = factories.get(spec.driver());
        boolean polled = factory != null && factory.polled();
        var byInterval = new TreeMap<Duration, List<Integer>>();
        for (int i = 0; i < spec.tags().size(); i++) {
            var interval = polled ? spec.tags().get(i).poll() : spec.tags().getFirst().poll();
            byInterval.computeIfAbsent(interval, _ -> new ArrayList<>()).add(i);
        }
        var groups = new ArrayList<PollGroup>();
        byInterval.forEach((interval, tags) ->
                groups.add(
                        new PollGroup(
                                interval,
                                List.copyOf(tags),
                                tags.stream()
                                        .map(i ->
                                                table.indexOf(spec.tags().get(i).name())
                                                        .orElseThrow())
                                        .toList())));
        return List.copyOf(groups);
    }
}
