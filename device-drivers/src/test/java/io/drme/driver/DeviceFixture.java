package io.drme.driver;

import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.YamlReader;
import io.drme.model.SyncMode;
import io.drme.model.TagName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * A device read from the same YAML as a gateway's file, without the agent: keys {@code url}, {@code
 * timeout}, the driver's own and {@code tags}; of a tag only what the driver reads, and {@code
 * poll}.
 *
 * @param groups one for each poll interval, shortest first
 */
public record DeviceFixture(DeviceSpec spec, List<PollGroup> groups) {
    /** Table indexes begin here, so that a test notices when they are mixed up with others. */
    public static final int FIRST_TABLE_INDEX = 10;

    private static final Duration MOST = Duration.ofDays(1);

    /**
     * Reads a device.
     *
     * @throws AssertionError with all problems when there is any
     */
    public static DeviceFixture of(String name, DriverFactory factory, String yaml) {
        var problems = new Problems();
        var device =
                new Section(YamlReader.parse(name, yaml, problems).orElseThrow(), "", problems);
        var url = device.requiredText("url");
        var timeout = device.duration("timeout", Duration.ofSeconds(2), Duration.ofMillis(1), MOST);
        var settings = factory.settings(device, url);
        var tags = new ArrayList<TagSpec>();
        device.sections("tags")
                .forEach((path, keys) -> {
                    var poll =
                            keys.duration(
                                    "poll", factory.defaultPoll(), Duration.ofMillis(1), MOST);
                    factory.address(keys, settings)
                            .ifPresent(a -> tags.add(tag(name + "/" + path, poll, a)));
                    keys.done();
                });
        device.done();
        if (!problems.none()) {
            throw new AssertionError(problems.list().toString());
        }
        var spec = new DeviceSpec(name, factory.name(), url, timeout, settings, tags);
        return new DeviceFixture(spec, groups(tags));
    }

    private static TagSpec tag(String name, Duration poll, DriverFactory.Address address) {
        return new TagSpec(
                new TagName(name),
                address.rawType(),
                address.rawType(),
                "",
                1,
                0,
                Double.NEGATIVE_INFINITY,
                Double.POSITIVE_INFINITY,
                0,
                poll,
                poll.multipliedBy(3),
                new SyncMode.Raw(),
                address.address());
    }

    private static List<PollGroup> groups(List<TagSpec> tags) {
        var intervals = new TreeSet<Duration>();
        tags.forEach(t -> intervals.add(t.poll()));
        return intervals.stream()
                .map(interval -> {
                    var members =
                            IntStream.range(0, tags.size())
                                    .filter(i -> tags.get(i).poll().equals(interval))
                                    .boxed()
                                    .toList();
                    return new PollGroup(
                            interval,
                            members,
                            members.stream().map(i -> i + FIRST_TABLE_INDEX).toList());
                })
                .toList();
    }

    /** The table index of a tag by its path. */
    public int index(String path) {
        return IntStream.range(0, spec.tags().size())
                        .filter(i ->
                                spec.tags().get(i).name().text().equals(spec.name() + "/" + path))
                        .findFirst()
                        .orElseThrow()
                + FIRST_TABLE_INDEX;
    }
}
