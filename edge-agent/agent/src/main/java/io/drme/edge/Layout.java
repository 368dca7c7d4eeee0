package io.drme.edge;

import io.drme.alarm.Alarms;
import io.drme.config.InvalidConfigException;
import io.drme.config.Problems;
import io.drme.driver.DeviceSpec;
import io.drme.driver.DriverFactory;
import io.drme.driver.PollGroup;
import io.drme.driver.TagSpec;
import io.drme.edge.acquisition.Paced;
import io.drme.edge.acquisition.Plan;
import io.drme.edge.config.GatewayConfig;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import io.drme.stream.Pipelines;
import io.drme.trial.Trials;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives tags their indexes and poll groups their numbers, and keeps them over reloads, so that what
 * a device that was not touched has under way still means the same. Confined to the thread that
 * loads configurations.
 */
final class Layout {
    /** Derived samples are a group of their own: they have no poll. */
    static final int DERIVED_GROUP = 0;

    private static final Logger log = LoggerFactory.getLogger(Layout.class);

    private final Map<String, DriverFactory> factories;
    private final FoundTags found;
    private final Map<String, Placed> placed = new LinkedHashMap<>();
    private TagTable table = TagTable.EMPTY;
    private int nextGroup = DERIVED_GROUP + 1;

    /** For a look at a configuration that does not run. */
    Layout(Map<String, DriverFactory> factories) {
        this(factories, FoundTags.none(factories));
    }

    /**
     * For configurations that run.
     *
     * @param found the tags that devices told of, which are placed too
     */
    Layout(Map<String, DriverFactory> factories, FoundTags found) {
        this.factories = factories;
        this.found = found;
    }

    /**
     * A device with its place.
     *
     * @param spec with the tags that were found
     * @param firstGroup the gateway's number of its first poll group
     * @param written as it is configured
     */
    record Placed(DeviceSpec spec, List<PollGroup> groups, int firstGroup, DeviceSpec written) {
        /** Whether it is the same device, but perhaps for tags that were found. */
        boolean isSameDevice(Placed other) {
            return firstGroup == other.firstGroup() && written.equals(other.written());
        }
    }

    /** The tags that devices told of. */
    FoundTags found() {
        return found;
    }

    /** A configuration that is ready to run. */
    record Ready(Plan plan, List<Placed> devices, TagTable table) {}

    /**
     * Places a configuration. What is wrong beyond single sections, such as a pipeline without a
     * tag, is found here; the layout then stays as it was.
     *
     * @throws InvalidConfigException with all of it
     */
    Ready place(GatewayConfig config, String file) throws InvalidConfigException {
        return place(config, file, false);
    }

    /**
     * As {@link #place}, and the pipelines have to fit into what the engine may take, by reckoning.
     * For those who can refuse; a gateway that ran goes on, whatever a release reckons.
     *
     * @throws InvalidConfigException where they don't, too
     */
    Ready admit(GatewayConfig config, String file) throws InvalidConfigException {
        return place(config, file, true);
    }

    private Ready place(GatewayConfig config, String file, boolean admits)
            throws InvalidConfigException {
        var devices = new ArrayList<>(config.devices());
        devices.add(SystemTags.device());
        var specs = devices.stream().map(found::with).flatMap(d -> d.tags().stream()).toList();
        var extended = table.with(specs.stream().map(Layout::tag).toList());
        var templates = devices.stream().flatMap(d -> d.templates().stream()).toList();
        var later = StandIns.tried(config, specs, templates, file);
        var problems = new Problems();
        var pipelines =
                Pipelines.compile(
                        config.pipelines(),
                        extended,
                        specs.stream().map(TagSpec::name).toList(),
                        problems,
                        later.unmatched(problems));
        var alarms = new ArrayList<>(config.alarms());
        alarms.addAll(SystemTags.alarms());
        var compiled =
                Alarms.compile(
                        alarms,
                        config.gateway().id().text(),
                        pipelines,
                        problems,
                        later.unmatched(problems));
        Trials.check(
                config.tests(), pipelines, config.alarms(), problems, later.unmatched(problems));
        if (admits) {
            Admission.reckon(specs, pipelines).check(config.engine(), problems);
        }
        problems.throwIfAny(file);
        table = pipelines.table();
        var ready = devices.stream().map(this::placeDevice).toList();
        var plan =
                new Plan(
                        specs,
                        pipelines,
                        compiled,
                        DERIVED_GROUP,
                        groupNumbers(ready),
                        config.engine(),
                        paced(ready, pipelines));
        return new Ready(plan, ready, table);
    }

    /**
     * As {@link #place}, but where the tags that were found don't fit, they are dropped and the
     * configuration runs without them: they are found again one by one. For those who can't refuse.
     *
     * @throws InvalidConfigException where it does not fit without them either
     */
    Ready placeAnyway(GatewayConfig config, String file) throws InvalidConfigException {
        try {
            var ready = place(config, file);
            Admission.warn(ready.plan());
            return ready;
        } catch (InvalidConfigException | IllegalArgumentException e) {
            var dropped = found.kept();
            if (dropped.isEmpty()) {
                throw e;
            }
            found.reset(Set.of());
            Ready ready;
            try {
                ready = place(config, file);
            } catch (InvalidConfigException | IllegalArgumentException without) {
                found.reset(dropped);
                throw without;
            }
            log.error(
                    "tags that were found don't fit {}; all {} are dropped and found anew: {}",
                    file,
                    dropped.size(),
                    e.getMessage());
            return ready;
        }
    }

    private static Set<Integer> groupNumbers(List<Placed> devices) {
        return devices.stream()
                .flatMap(d ->
                        IntStream.range(0, d.groups().size()).mapToObj(i -> d.firstGroup() + i))
                .collect(Collectors.toUnmodifiableSet());
    }

    private List<Paced> paced(List<Placed> devices, Pipelines pipelines) {
        var paced = new ArrayList<Paced>();
        for (var device : devices) {
            var factory = factories.get(device.spec().driver());
            if (factory == null) {
                continue; // the gateway's own tags can't be asked for less
            }
            var tags = device.groups().stream().flatMap(g -> g.tableIndexes().stream()).toList();
            int weight = tags.stream().mapToInt(pipelines::weight).max().orElse(0);
            paced.add(new Paced(device.spec().name(), factory.polled(), tags, weight));
        }
        return List.copyOf(paced);
    }

    static Tag tag(TagSpec spec) {
        return new Tag(spec.name(), spec.type(), spec.unit(), spec.deadband(), spec.sync());
    }

    private Placed placeDevice(DeviceSpec written) {
        var before = placed.get(written.name());
        var spec = found.with(written);
        if (before != null && before.spec().equals(spec) && before.written().equals(written)) {
            return before;
        }
        var groups = groups(spec);
        int firstGroup = nextGroup;
        if (before != null && isExtended(before, spec, written)) {
            firstGroup = before.firstGroup();
        } else {
            nextGroup += groups.size();
        }
        var now = new Placed(spec, groups, firstGroup, written);
        placed.put(written.name(), now);
        return now;
    }

    /** Whether tags came behind those of before: then what is under way still means the same. */
    private static boolean isExtended(Placed before, DeviceSpec spec, DeviceSpec written) {
        var tags = before.spec().tags();
        return before.written().equals(written)
                && spec.tags().size() >= tags.size()
                && spec.tags().subList(0, tags.size()).equals(tags);
    }

    /** A polled device has a group for each interval; one that pushes has one in all. */
    private List<PollGroup> groups(DeviceSpec spec) {
        var factory = factories.get(spec.driver());
        boolean polled = factory != null && factory.polled();
        if (spec.tags().isEmpty()) {
            return List.of(
                    new PollGroup(spec.templates().getFirst().like().poll(), List.of(), List.of()));
        }
        var byInterval = new TreeMap<Duration, List<Integer>>();
        for (int i = 0; i < spec.tags().size(); i++) {
            var interval = polled ? spec.tags().get(i).poll() : pushedInterval(spec);
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

    /** The beat of a device that pushes; it stays while tags are found. */
    private static Duration pushedInterval(DeviceSpec spec) {
        return spec.templates().isEmpty()
                ? spec.tags().getFirst().poll()
                : spec.templates().getFirst().like().poll();
    }
}
