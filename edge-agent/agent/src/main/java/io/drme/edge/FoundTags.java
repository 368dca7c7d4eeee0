package io.drme.edge;

import io.drme.driver.DeviceSpec;
import io.drme.driver.DriverFactory;
import io.drme.driver.FoundTag;
import io.drme.driver.TagSpec;
import io.drme.edge.state.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tags that devices told of, in the order in which they were found, over restarts: {@code
 * found-tags} in the data directory, a line each with device, pattern and address, separated by
 * tabs. What the configuration makes no tag of any more is left out, and forgotten at the next
 * write.
 *
 * <p>Confined to the thread that loads configurations.
 */
final class FoundTags {
    /** The most of all devices together. */
    static final int MOST = 100_000;

    private static final String FILE = "found-tags";
    private static final String BAD = FILE + ".bad";
    private static final Logger log = LoggerFactory.getLogger(FoundTags.class);

    /** One that was found, as it is kept. */
    record Line(String device, String pattern, String address) {
        String text() {
            return device + "\t" + pattern + "\t" + address;
        }
    }

    private final Map<String, DriverFactory> factories;
    private final @Nullable Path directory;
    private final Set<Line> lines = new LinkedHashSet<>();

    private FoundTags(Map<String, DriverFactory> factories, @Nullable Path directory) {
        this.factories = factories;
        this.directory = directory;
    }

    /** None, and none kept: for a look at a configuration that does not run. */
    static FoundTags none(Map<String, DriverFactory> factories) {
        return new FoundTags(factories, null);
    }

    /**
     * Those of a data directory; a file that can't be read is set aside, and they are found anew.
     */
    static FoundTags read(Map<String, DriverFactory> factories, Path directory) {
        var found = new FoundTags(factories, directory);
        try {
            for (var text : Files.readAllLines(directory.resolve(FILE))) {
                var words = text.split("\t", 3);
                if (words.length == 3 && found.lines.size() < MOST) {
                    found.lines.add(new Line(words[0], words[1], words[2]));
                }
            }
        } catch (NoSuchFileException _) {
            // Nothing was found yet.
        } catch (IOException e) {
            log.warn("{} can't be read, tags are found anew", directory.resolve(FILE), e);
            setAside(directory);
        }
        return found;
    }

    /** The next write must not end what a person may still mend. */
    private static void setAside(Path directory) {
        try {
            Files.move(
                    directory.resolve(FILE),
                    directory.resolve(BAD),
                    StandardCopyOption.REPLACE_EXISTING);
            log.warn("it is kept as {}", directory.resolve(BAD));
        } catch (IOException e) {
            log.warn("{} can't be set aside", directory.resolve(FILE), e);
        }
    }

    /** What is known now, for {@link #reset}. */
    Set<Line> kept() {
        return new LinkedHashSet<>(lines);
    }

    /** Knows these and no others; the disk learns of it at the next {@link #save}. */
    void reset(Set<Line> kept) {
        lines.clear();
        lines.addAll(kept);
    }

    /** The device with the tags that were found of it; its own names go before. */
    DeviceSpec with(DeviceSpec device) {
        var factory = factories.get(device.driver());
        if (device.templates().isEmpty() || factory == null) {
            return device;
        }
        var names = device.tags().stream().map(TagSpec::name).collect(Collectors.toSet());
        var tags = new ArrayList<TagSpec>();
        for (var line : lines) {
            if (line.device().equals(device.name())) {
                again(device, factory, line)
                        .map(FoundTag::tag)
                        .filter(tag -> names.add(tag.name()))
                        .ifPresent(tags::add);
            }
        }
        return device.with(tags);
    }

    private static Optional<FoundTag> again(DeviceSpec device, DriverFactory factory, Line line) {
        return device.templates().stream()
                .filter(template -> template.pattern().equals(line.pattern()))
                .findFirst()
                .flatMap(template -> factory.found(template, line.address()));
    }

    /**
     * Adds tags of a device.
     *
     * @return those for which there is no room, or whose name is taken
     */
    List<FoundTag> add(DeviceSpec device, Collection<FoundTag> found) {
        var names = with(device).tags().stream().map(TagSpec::name).collect(Collectors.toSet());
        var left = new ArrayList<FoundTag>();
        for (var tag : found) {
            var name = tag.tag().name();
            if (lines.size() >= MOST || !names.add(name) || hasControl(tag.address())) {
                left.add(tag);
            } else {
                put(device.name(), tag);
            }
        }
        return left;
    }

    private static boolean hasControl(String address) {
        return address.chars().anyMatch(Character::isISOControl);
    }

    /** Adds a tag that there is room for and whose name is free, as {@link #add} found it. */
    void put(String device, FoundTag tag) {
        lines.add(line(device, tag));
    }

    /** Takes a tag out again. */
    void remove(String device, FoundTag tag) {
        lines.remove(line(device, tag));
    }

    private static Line line(String device, FoundTag tag) {
        return new Line(device, tag.template().pattern(), tag.address());
    }

    /** How many there are of all devices. */
    int count() {
        return lines.size();
    }

    /**
     * Writes what belongs to these devices; blocks until the disk has it.
     *
     * @param onTrial writes the others too: a configuration that may come back knows them
     */
    void save(Collection<DeviceSpec> devices, boolean onTrial) throws IOException {
        if (!onTrial) {
            forgetAllBut(devices);
        }
        if (directory != null) {
            var text = lines.stream().map(Line::text).collect(Collectors.joining("\n", "", "\n"));
            DurableFile.replace(directory, FILE, text);
        }
    }

    private void forgetAllBut(Collection<DeviceSpec> devices) {
        var byName = devices.stream().collect(Collectors.toMap(DeviceSpec::name, d -> d));
        lines.removeIf(line -> {
            var device = byName.get(line.device());
            return device == null
                    || device.templates().stream()
                            .noneMatch(t -> t.pattern().equals(line.pattern()));
        });
    }
}
